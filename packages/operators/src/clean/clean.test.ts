import { float64, int32, type Kind, nullable, schema, utf8, type Flow, type Row } from '@millrace/core';
import { runFlow } from '@millrace/core/testing';
import { describe, expect, test } from 'vitest';
import { clean } from './clean.js';
import { number, type Nulls, type Rule, text } from './rule.js';

/** What a rule makes of texts: once over plain bytes, once over a dictionary, which must be the same. */
function cleaned(rule: Rule<'utf8', unknown, Kind, Nulls>, texts: readonly (string | null)[]): unknown[] {
  const Text = schema({ value: nullable(utf8) });
  const graph = (flow: Flow<typeof Text.fields>): Flow<typeof Text.fields> =>
    flow.pipe(clean({ value: rule } as never));
  const rows = texts.map((value) => ({ value }));
  const results = [rows, Array.from({ length: 8 }, () => rows).flat()].map((batch) => {
    const { outputs, rejected, ledgers } = runFlow(Text, graph, [{ rows: batch }]);
    const ledger = Object.values(ledgers).find(({ in: count }) => count > 0)!;
    expect(ledger).toMatchObject({ in: batch.length, taken: outputs['out']!.length, rejected: rejected.length });
    const reasons = new Map(rejected.map(({ offset, sentence }) => [Number(offset), sentence]));
    const kept = outputs['out']!.map(({ value }) => value);
    return batch.map((_, i) => reasons.get(i) ?? kept.shift());
  });
  expect(results[1]!.slice(0, rows.length)).toEqual(results[0]);
  expect(results[1]!.slice(-rows.length)).toEqual(results[0]);
  return results[0]!;
}

describe("the pins' cleaning table", () => {
  test('follower_count', () => {
    const rule = text().nullIf('User Info Error', '').abbreviatedNumber();
    expect(cleaned(rule, ['User Info Error', '124k', '15M', '422', '0', '', null])).toEqual([null, 124_000, 15_000_000, 422, 0, null, null]); // prettier-ignore
  });

  test('description, title, poster_name and image_src', () => {
    const rule = text().nullIf('No description available Story format', 'No description available', 'Untitled', '');
    const kept = 'Keep the kids busy… ';
    expect(cleaned(rule, ['No description available Story format', 'Untitled', kept, 'untitled', '', null])).toEqual([null, null, kept, 'untitled', null, null]); // prettier-ignore
    expect(cleaned(text().nullIf('Image src error.'), ['Image src error.', 'Image src error'])).toEqual([null, 'Image src error']); // prettier-ignore
  });

  test('tag_list', () => {
    const none = 'N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e';
    const rule = text().nullIf(none, '').split(',');
    expect(cleaned(rule, [none, 'Crafts To Do,Diy For Kids', 'one', '', null])).toEqual([null, ['Crafts To Do', 'Diy For Kids'], ['one'], null, null]); // prettier-ignore
  });

  test('save_location', () => {
    const rule = text().stripPrefix('Local save in ');
    expect(cleaned(rule, ['Local save in /data/x', '/data/x', 'Local save in ', null])).toEqual(['/data/x', '/data/x', '', null]); // prettier-ignore
  });

  test('is_image_or_video', () => {
    const rule = text().oneOf('image', 'video', 'multi-video(story page format)');
    expect(cleaned(rule, ['multi-video(story page format)', 'image', 'audio', null])).toEqual([
      'multi-video(story page format)',
      'image',
      '"value" is none of image, video, multi-video(story page format).',
      null,
    ]);
  });

  test('downloaded, as number and as text', () => {
    const Pin = schema({ downloaded: int32, score: float64 });
    const { outputs, rejected } = runFlow(
      Pin,
      (pins) => pins.pipe(clean({ downloaded: number().bool(), score: number().bool() })),
      [{ rows: [0, 1, 2].map((downloaded) => ({ downloaded, score: 1 })) }],
    );
    expect(outputs['out']).toEqual([
      { downloaded: false, score: true },
      { downloaded: true, score: true },
    ]);
    expect(rejected.map(({ code, field }) => [code, field])).toEqual([['MILLRACE_RULE_FAILED', 'downloaded']]);
    const rule = text().bool({ true: ['1'], false: ['0'] });
    expect(cleaned(rule, ['0', '1', null])).toEqual([false, true, null]);
  });

  test('timestamp', () => {
    const rule = text().timestamp({ zone: 'UTC' });
    const at = new Date('2021-01-01T00:30:10Z');
    expect(cleaned(rule, ['2021-01-01 00:30:10', '2021-01-01T00:30:10', '2021-13-01 00:00:00', null])).toEqual([at, at, '"value" is a date or time that does not exist.', null]); // prettier-ignore
  });
});

describe('chains', () => {
  test('rules run in their order', () => {
    expect(cleaned(text().trim().nullIf('').upperCase().replace('-', '_'), [' a-b-c ', '  '])).toEqual(['A_B_C', null]);
    expect(cleaned(text().replace(/\d/g, '#').lowerCase(), ['A12', 'a1', null])).toEqual(['a##', 'a#', null]);
  });

  test('orNull takes what was refused before it, and nothing after', () => {
    expect(cleaned(text().integer().orNull(), ['1', 'x', null])).toEqual([1, null, null]);
    expect(cleaned(text().oneOf('1', 'x').orNull().integer(), ['1', 'y', 'x'])).toEqual([1, null, '"value" is not a whole number.']); // prettier-ignore
  });

  test('default takes null, from wherever it comes, and not what is refused', () => {
    expect(cleaned(text().nullIf('-').integer().default(7), ['1', '-', null, 'x'])).toEqual([1, 7, 7, '"value" is not a whole number.']); // prettier-ignore
    expect(cleaned(text().nullIf('-').default('none'), ['-', null, 'none', 'a'])).toEqual([
      'none',
      'none',
      'none',
      'a',
    ]);
    expect(cleaned(text().integer().orNull().default(0), ['x', '3'])).toEqual([0, 3]);
    expect(cleaned(text().default('nonsense').integer(), ['1', null])).toEqual([1, '"value" is not a whole number.']);
  });

  test('a text that is to be null is null, also where it would parse', () => {
    expect(cleaned(text().nullIf('-999').number(), ['-999', '21.5'])).toEqual([null, 21.5]);
  });

  test('values of every kind come out', () => {
    expect(cleaned(text().decimal(10, 2), ['11.8', '-24.36', null, 'x'])).toEqual(['11.80', '-24.36', null, '"value" is not a decimal number like 11.80.']); // prettier-ignore
    expect(cleaned(text().split(''), ['añ', null])).toEqual([['a', 'ñ'], null]);
  });
});

describe('clean', () => {
  const Raw = schema({ id: utf8, a: utf8, b: utf8 });
  const rules = { a: text().integer(), b: text().integer() };
  const row = (id: string, a: string, b: string): Row<typeof Raw.fields> => ({ id, a, b });

  test('rejects a record once, for the first field, and says no values', () => {
    const rows = [row('0', '1', '2'), row('1', 'x', 'secret'), row('2', '1', 'secret'), row('3', 'x', '1')];
    const { outputs, rejected, ledgers } = runFlow(Raw, (raw) => raw.pipe(clean(rules)), [{ rows }]);
    expect(outputs['out']).toEqual([{ id: '0', a: 1, b: 2 }]);
    expect(rejected.map(({ offset, field, operator }) => [offset, field, operator])).toEqual([
      [1n, 'a', 'clean(a, b)'],
      [2n, 'b', 'clean(a, b)'],
      [3n, 'a', 'clean(a, b)'],
    ]);
    expect(JSON.stringify(rejected, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).not.toContain('secret'); // prettier-ignore
    expect(ledgers['out/clean(a, b)']).toMatchObject({ in: 4, taken: 1, rejected: 3 });
  });

  test('what is filtered out before is neither parsed nor counted', () => {
    const batch = {
      ...runFlow(Raw, (raw) => raw, [{ rows: [row('0', 'x', '1'), row('1', '5', '6')] }]).batches['out']![0]!,
    };
    const { outputs, rejected } = runFlow(Raw, (raw) => raw.pipe(clean(rules)), [
      { batch: { ...batch, selection: Int32Array.of(1) } },
    ]);
    expect(outputs['out']).toEqual([{ id: '1', a: 5, b: 6 }]);
    expect(rejected).toEqual([]);
  });

  test('a rule on the field that the source is keyed by ends the grouping, others do not', () => {
    const grouped = (
      rules: Parameters<typeof clean<typeof Raw.fields, { id?: ReturnType<typeof text> }>>[0],
    ): unknown => {
      let grouping: unknown;
      runFlow(Raw, (raw) => {
        const flow = raw.pipe(clean(rules));
        ({ grouping } = flow.node);
        return flow;
      }, [], { keyedBy: 'id' }); // prettier-ignore
      return grouping;
    };
    expect(grouped({ id: text().trim() })).toBeUndefined();
    expect(grouped({})).toEqual({ by: 'source', fields: ['id'] });
  });

  test('needs what it may reject by, and otherwise only what is asked for', () => {
    let needs: readonly ReadonlySet<string>[] = [];
    runFlow(
      Raw,
      (raw) => {
        const flow = raw.pipe(clean({ a: text().integer(), b: text().trim() }));
        needs = flow.node.needs(new Set(['id']));
        return flow;
      },
      [],
    );
    expect(needs.map((fields) => [...fields].sort())).toEqual([['a', 'id']]);
  });

  test('plain JavaScript hears of all mistakes at once, on its own line', () => {
    const wrong = (rules: object) => () => runFlow(Raw, (raw) => raw.pipe(clean(rules as never)), []);
    expect(wrong({ aa: text(), id: number().bool() })).toThrow(
      /clean has a rule for "aa", which its input does not have/,
    );
    expect(wrong({ aa: text(), id: number().bool() })).toThrow(/which is utf8 where int32 or float64 is needed/);
    expect(wrong({ a: text().integer(), aa: text() })).toThrow(/where {2}\S*clean\.test\.ts:\d+/);
    expect(wrong({ a: text().decimal(4, 1).default('1.25') })).toThrow(
      'clean({ a }): the default is a string where decimal(4,1) is needed.',
    );
    expect(
      wrong({
        a: text()
          .integer()
          .default('0' as never),
      }),
    ).toThrow('the default is a string where int32 is needed');
    expect(wrong({ a: 'integer' })).toThrow('clean({…}): a is no rule.');
  });
});

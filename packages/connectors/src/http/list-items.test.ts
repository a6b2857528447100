import { fcOptions } from '@millrace/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isList, listItems } from './list-items.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const items = (text: string): string[] | undefined =>
  listItems(bytes(text))?.map((item) => new TextDecoder().decode(item));
const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('items of a list', () => {
  it('are those of JSON.parse, whatever is in them and however they are spaced', () => {
    const lists = fc.tuple(
      fc.array(fc.jsonValue()),
      fc.constantFrom('', ' ', '\n\t ', '\r\n'),
      fc.constantFrom(undefined, 2),
    );
    fc.assert(
      fc.property(lists, ([values, space, indent]) => {
        const text = `${space}${JSON.stringify(values, null, indent)}${space}`;
        expect(isList(bytes(text))).toBe(true);
        expect(items(text)?.map((item) => JSON.parse(item) as unknown)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('are all JSON only if the whole is, however it is broken', () => {
    const broken = fc
      .tuple(
        fc.array(fc.jsonValue(), { minLength: 1 }),
        fc.nat(),
        fc.constantFrom('', '[', ']', '{', '}', ',', '"', '\\', ':', 'x'),
      )
      .map(([values, at, piece]) => {
        const text = JSON.stringify(values);
        const cut = 1 + (at % text.length);
        return text.slice(0, cut) + piece + text.slice(cut + (piece === '' ? 1 : 0));
      });
    fc.assert(
      fc.property(broken, (text) => {
        const found = items(text);
        expect(found?.every(isJson) ?? false).toBe(isJson(text));
      }),
      fcOptions(500),
    );
  });

  it.each(['', ' ', '{}', '7', '"[]"', '[', '[1', '[1] 2', '[1]]', '[1}', '["]'])('%j is no list', (text) => {
    expect(items(text)).toBeUndefined();
  });
});

import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { isMillraceError, located, millraceError, throwIssues } from './millrace-error.js';

const where = '/shop/pins.ts:21:5';
const missing = { operator: 'dedup(idd)', uses: 'compares', field: 'idd', fields: ['id', 'at'] };

test('a message has the code and the sentence, what to change, the line and the cause', () => {
  const cause = new Error('ENOSPC: no space left on device\n  and more');
  const data = { location: 'folder .millrace', operation: 'write', key: 'head.json' };
  expect(millraceError('MILLRACE_STORE_FAILED', data, { where, cause }).message).toBe(
    [
      'MILLRACE_STORE_FAILED  folder .millrace: cannot write head.json.',
      '  fix    See the cause below; check that the place exists, has room and may be written.',
      '  where  /shop/pins.ts:21:5',
      '  cause  ENOSPC: no space left on device',
    ].join('\n'),
  );
});

test('issues of one call are thrown together, and a line that all share is said once', () => {
  const issues = [
    millraceError('MILLRACE_FIELD_MISSING', missing, { where }),
    millraceError('MILLRACE_TIME_MISSING', { operator: 'dedup(idd)' }, { where }),
    millraceError('MILLRACE_TOPIC_SEALED', { topic: 'pins' }, { where: '/shop/send.ts:3:4' }),
  ];
  const thrown = caught(() => throwIssues(issues));
  expect(thrown).toMatchObject({ code: 'MILLRACE_FIELD_MISSING', data: missing, issues });
  expect((thrown as Error).message).toBe(
    [
      'MILLRACE_FIELD_MISSING  dedup(idd) compares "idd", which its input does not have.',
      "  fix    Write 'id'. The input has: id, at.",
      '  where  /shop/pins.ts:21:5',
      'MILLRACE_TIME_MISSING  dedup(idd) needs event time, and its input has none.',
      "  fix    Put eventTime('<field>', { maxOutOfOrderness: '5s' }) before it.",
      'MILLRACE_TOPIC_SEALED  The topic "pins" was ended, so nothing can be added to it.',
      '  fix    Send before end(), or to a topic of another name.',
      '  where  /shop/send.ts:3:4',
    ].join('\n'),
  );
  expect(caught(() => throwIssues(issues.slice(0, 1)))).toBe(issues[0]);
  expect(caught(() => throwIssues([]))).toBeUndefined();
});

test('the line is that of who calls, unless another one is given', () => {
  expect(millraceError('MILLRACE_TOPIC_SEALED', { topic: 'pins' }).where).toMatch(
    /\/millrace-error\.test\.ts:\d+:\d+$/,
  );
  const nowhere = millraceError('MILLRACE_TOPIC_SEALED', { topic: 'pins' }, { where: undefined });
  expect(nowhere.message).not.toContain('where');
});

test('what has no line gets that of the call which it failed behind', () => {
  const cause = new Error('why');
  const error = millraceError('MILLRACE_TOPIC_SEALED', { topic: 'pins' }, { where: undefined, cause });
  const found = located(error, where);
  expect(found).toMatchObject({ code: 'MILLRACE_TOPIC_SEALED', data: { topic: 'pins' }, where, cause });
  expect((found as Error).stack).toContain('  where  /shop/pins.ts:21:5\n  cause  why\n    at ');
  expect((found as Error).stack!.split('\n    at ').slice(1)).toEqual(error.stack!.split('\n    at ').slice(1));
  expect(located(found, '/other.ts:1:1')).toBe(found);
  expect(located(error, undefined)).toBe(error);
  expect(located(cause, where)).toBe(cause);
});

test('passwords in URLs are masked, wherever they stand', () => {
  const root = 's3://ann:geheim@bucket/lake and redis://:pass@host, not http://host:80/x@y';
  const data = { subject: 'lake', option: 'root', problem: `is "${root}"`, fix: `Not ${root}.` };
  const error = millraceError('MILLRACE_OPTION_INVALID', data, { where, cause: new Error(`at ${root}`) });
  const clean = 's3://ann:***@bucket/lake and redis://:***@host, not http://host:80/x@y';
  expect(error.message).toBe(
    `MILLRACE_OPTION_INVALID  lake: root is "${clean}".\n  fix    Not ${clean}.\n  where  ${where}\n  cause  at ${clean}`,
  );
  expect(error.data).toEqual({ ...data, problem: `is "${clean}"`, fix: `Not ${clean}.` });
  const listed = { job: 'pins', changes: [root], lost: [] };
  expect(millraceError('MILLRACE_PLAN_INCOMPATIBLE', listed).data.changes).toEqual([clean]);
});

test('what is thrown prints its message once, and its code and data', () => {
  const printed = inspect(millraceError('MILLRACE_FIELD_MISSING', missing, { where }));
  expect(printed).toMatch(/^MillraceError: MILLRACE_FIELD_MISSING {2}dedup\(idd\) compares "idd"/);
  expect(printed.match(/which its input does not have/g)).toHaveLength(1);
  expect(printed).toContain("code: 'MILLRACE_FIELD_MISSING'");
});

test('as JSON it is stable, without a stack', () => {
  const error = millraceError('MILLRACE_FIELD_MISSING', missing, { where });
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    code: 'MILLRACE_FIELD_MISSING',
    sentence: 'dedup(idd) compares "idd", which its input does not have.',
    fix: "Write 'id'. The input has: id, at.",
    where,
    data: missing,
    retryable: false,
    issues: [],
  });
});

test('an error is known by its brand, and told apart by its code', () => {
  const error: unknown = millraceError('MILLRACE_TOPIC_SEALED', { topic: 'pins' });
  expect(isMillraceError(error)).toBe(true);
  expect(isMillraceError(error, 'MILLRACE_TOPIC_SEALED') && error.data.topic).toBe('pins');
  expect(isMillraceError(error, 'MILLRACE_TOPIC_TAKEN')).toBe(false);
  expect(isMillraceError(new Error('MILLRACE_TOPIC_SEALED'))).toBe(false);
  expect(isMillraceError(undefined)).toBe(false);
  // Of another copy of the package.
  const foreign = Object.assign(new Error(), { code: 'MILLRACE_TOPIC_SEALED', [Symbol.for('millrace.error')]: true });
  expect(isMillraceError(foreign, 'MILLRACE_TOPIC_SEALED')).toBe(true);
});

function caught(action: () => void): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

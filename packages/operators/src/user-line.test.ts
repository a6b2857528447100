import { runInThisContext } from 'node:vm';
import { isMillraceError, schema, utf8, type Fields, type Flow } from '@millrace/core';
import { onUserLine, requireFields } from '@millrace/core/operate';
import { runFlow } from '@millrace/core/testing';
import { expect, test } from 'vitest';
import { dedup, eventTime, select } from './index.js';

const Pin = schema({ id: utf8, at: utf8 });
type PinFlow = Flow<typeof Pin.fields>;

/** The line from which it is called. */
const here = (): number => Number(/:(\d+):\d+\)?$/.exec(new Error().stack!.split('\n')[2]!)![1]);

/** Holds the place that a mistake names against the line of this file on which it was made. */
function namesLine(line: number, mistake: (pins: PinFlow) => Flow<Fields>): void {
  let error: unknown;
  try {
    runFlow(Pin, mistake, []);
  } catch (thrown) {
    error = thrown;
  }
  expect(isMillraceError(error) && error.where).toMatch(new RegExp(`user-line\\.test\\.ts:${line}:`));
}

test('law 7: a mistake names the line of the operator, and not that of the pipe around it', () => {
  namesLine(here() + 3, (pins) =>
    pins.pipe(
      select('id'),
      dedup({ by: 'it' as 'id', within: '1h' }), // the line that is named
      eventTime('at' as never, { maxOutOfOrderness: '5s' }),
    ),
  );
});

type Apply = (flow: PinFlow) => PinFlow;
type Keeps = (apply: Apply) => Apply;

// An operator of an installed package, whose own lines are nobody's; with or without what keeps the line of its call.
const looking = runInThisContext(
  `(keeps, requireFields) => keeps((flow) => {
    requireFields('looking', flow.schema, [{ field: 'it', uses: 'looks for' }]);
    return flow;
  })`,
  { filename: '/app/node_modules/looking/index.js' },
) as (keeps: Keeps, look: typeof requireFields) => Apply;

const lookingWith = (keeps: Keeps): void =>
  namesLine(here() + 3, (pins) =>
    pins.pipe(
      select('id', 'at'),
      looking(keeps, requireFields), // the line that is named
    ),
  );

test('the canary that keeps the user’s line passes', () => {
  lookingWith(onUserLine);
});

test('law 7: caught: an operator that forgets the user’s line', () => {
  expect(() => lookingWith((apply) => apply)).toThrow('to match');
});

import { isMillraceError, schema, utf8 } from '@millrace/core';
import { runFlow } from '@millrace/core/testing';
import { expect, test } from 'vitest';
import { dedup, eventTime, select } from './index.js';

const Pin = schema({ id: utf8, at: utf8 });

test('law 7: a mistake names the line of the operator, and not that of the pipe around it', () => {
  let error: unknown;
  const here = new Error().stack!.split('\n')[1]!;
  try {
    runFlow(
      Pin,
      (pins) =>
        pins.pipe(
          select('id'),
          dedup({ by: 'it' as 'id', within: '1h' }), // the line that is named
          eventTime('at' as never, { maxOutOfOrderness: '5s' }),
        ),
      [],
    );
  } catch (thrown) {
    error = thrown;
  }
  const line = Number(/:(\d+):\d+\)?$/.exec(here)![1]) + 7;
  expect(isMillraceError(error) && error.where).toMatch(new RegExp(`user-line\\.test\\.ts:${line}:`));
});

import { describe, expect, test } from 'vitest';
import { session } from '../window/session.js';
import { tumbling } from '../window/tumbling.js';
import { agg } from './agg.js';
import { aggregate } from './aggregate.js';

describe('early rows are refused, where the graph is built,', () => {
  const refused = (options: object): string => {
    try {
      aggregate({ compute: { rows: agg.count() }, ...options });
    } catch (error) {
      return String(error);
    }
    return '';
  };
  test.each([
    [{ window: session('1m'), early: '1s' }, 'aggregate: early is not for sessions, whose bounds are not known before they are final.'], // prettier-ignore
    [{ early: '1s' }, 'aggregate: early needs a window: without one every batch hands on the present values.'],
    [{ window: tumbling('1m'), early: '0s' }, 'early'],
    [{ window: tumbling('1m'), early: 1000 }, 'early'],
    [{ window: tumbling('1m'), early: true }, 'early'],
  ])('%j', (options, sentence) => {
    expect(refused(options)).toContain(sentence);
    expect(refused(options)).toContain('MILLRACE_OPTION_INVALID');
  });

  test('and the error names the line of the call', () => {
    try {
      aggregate({ compute: { rows: agg.count() }, early: '1s' } as never);
    } catch (error) {
      expect((error as { where?: string }).where).toContain('early-errors.test.ts');
      return;
    }
    throw new Error('Nothing was refused.');
  });
});

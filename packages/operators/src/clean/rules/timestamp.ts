import { optionsOf, requireArguments } from '@millrace/core/operate';
import { timestamp as timestampType } from '@millrace/core';
import type { Step } from '../step.js';
import { civilMinute } from './civil.js';
import { timestampKernel } from './timestamp-kernel.js';
import { type Zone, zoneOf } from './zone.js';

const pattern = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:(Z)|([+-])(\d\d):?(\d\d))?$/;

const noTime = Symbol('is not a time like 2026-01-05T12:00:00Z or 2026-01-05 12:00:00.000');
const noZone = Symbol('has no time zone, and the rule names none');
const noSuchTime = Symbol('is a date or time that does not exist');
const skipped = Symbol('is a time that the clocks of its zone skip');

/**
 * An instant from ISO text, with `T` or a space, and at most 9 digits of a second, of which 3 are kept. A zone in the text
 * counts before `options.zone`.
 */
export function timestamp(options: { readonly zone?: string } = {}): Step {
  requireArguments('timestamp', "text().timestamp({ zone: 'UTC' })", [['options', options, optionsOf('zone')]]);
  const zone = options.zone === undefined ? undefined : zoneOf(options.zone);
  return {
    value: (text: string) => parseTime(text, zone),
    type: timestampType,
    refuses: true,
    kernel: () => timestampKernel(zone),
  };
}

function parseTime(text: string, zone: Zone | undefined): Date | symbol {
  const match = pattern.exec(text);
  if (match === null) return noTime;
  const part = (index: number): number => Number(match[index]);
  const second = part(6);
  const minute = civilMinute(part(1), part(2), part(3), part(4), part(5));
  if (Number.isNaN(minute) || second > 59) return noSuchTime;
  const local = minute + second * 1000 + Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
  if (match[8] !== undefined) return new Date(local);
  if (match[9] !== undefined) {
    const hours = part(10);
    const minutes = part(11);
    if (hours > 23 || minutes > 59) return noSuchTime;
    const ahead = (hours * 60 + minutes) * 60_000;
    return new Date(match[9] === '-' ? local + ahead : local - ahead);
  }
  if (zone === undefined) return noZone;
  const instant = zone(local);
  return Number.isNaN(instant) ? skipped : new Date(instant);
}

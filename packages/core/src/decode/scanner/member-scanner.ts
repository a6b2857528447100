import type { ValueSlices } from '../../connector/value-slices.js';
import type { Cursor } from '../cursor.js';
import type { Member } from '../read-object.js';
import { batchScanner, type BatchScanner } from './batch-scanner.js';
import type { ScannedField } from './scan-layout.js';
import type { RecordBounds } from './scan-part.js';
import { scannedKinds, type ScannedPart } from './scanned.js';
import { type ScannerUse, usualUse } from './scanner-port.js';

/**
 * A function that scans records of these members from a row on, a part of the batch at a time; it gives undefined where
 * all of them are to be read without the scanner: since they are few, since a member is of a kind that the scanner does
 * not know, or since the platform has none.
 */
export function memberScanner(
  members: readonly Member[],
  record: RecordBounds,
  use: ScannerUse | 'off' = usualUse,
): (values: ValueSlices, from: number) => ScannedPart | undefined {
  if (use === 'off') return () => undefined;
  // Made at the first batch that is large enough: some decoders read a single value.
  let scanner: BatchScanner | undefined;
  let isMade = false;
  return (values, from) => {
    if (values.starts.length < use.rowsMin) return undefined;
    if (!isMade) scanner = newScanner(members, record, use);
    isMade = true;
    const part = scanner?.scan(values, from);
    if (part !== undefined) use.scanned?.(part);
    return part;
  };
}

function newScanner(members: readonly Member[], record: RecordBounds, use: ScannerUse): BatchScanner | undefined {
  const fields = members.map(scannedField).filter((field) => field !== undefined);
  return fields.length < members.length || record.depthMax < 1 ? undefined : batchScanner(fields, use, record);
}

function scannedField({ name, type, reader, kept }: Member): ScannedField | undefined {
  const key = new TextEncoder().encode(name);
  const isPlain = key.every((byte) => byte >= 0x20 && byte !== 0x22 && byte !== 0x5c);
  const kind = scannedKinds.find((known) => known === type.kind);
  if (!isPlain || kind === undefined || reader.scanned === undefined) return undefined;
  const { numbersTexts } = reader.scanned;
  return { key, kind, nullable: type.nullable, kept, numbersTexts };
}

/** Hands each reader that is kept what was scanned for it. */
export function takePart(members: readonly Member[], part: ScannedPart, c: Cursor): void {
  members.forEach(({ reader, kept }, i) => {
    if (kept) reader.scanned!.take(part.columns[i]!, part, c);
  });
}

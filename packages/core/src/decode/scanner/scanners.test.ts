import { expect, it } from 'vitest';
import { recordsOf } from '../../connector/records-of.js';
import { utf8 } from '../../schema/column-type.js';
import { schema } from '../../schema/schema.js';
import { jsonDecoder, type JsonDecoderOptions } from '../json-decoder.js';
import { type ScannerOptions, scannerPort } from './scanner-port.js';

/** The scanners that must give the same: without WebAssembly, with it, and with it in parts so small that records do not fit. */
export const scanners = {
  javascript: { [scannerPort]: 'off' },
  webAssembly: { [scannerPort]: { rowsMin: 1, partRows: 2048, partBytes: 256 * 1024 } },
  smallParts: { [scannerPort]: { rowsMin: 1, partRows: 3, partBytes: 100 } },
} as const satisfies Readonly<Record<string, ScannerOptions>>;

it.each(Object.entries(scanners))('%s scans a batch in parts of its own size, or not at all', (name, options) => {
  const parts: number[] = [];
  const use = options[scannerPort];
  const noted: JsonDecoderOptions & ScannerOptions = {
    [scannerPort]: use === 'off' ? use : { ...use, scanned: ({ rows }) => parts.push(rows) },
  };
  const decoder = jsonDecoder(schema({ a: utf8 }), new Set(['a']), noted);
  decoder.decode(recordsOf(0, ['{"a":"1"}', '{"a":"2"}', '{"a":"3"}', '{"a":"4"}', `{"a":"${'5'.repeat(200)}"}`]));
  expect(parts).toEqual({ javascript: [], webAssembly: [5], smallParts: [3, 1, 1] }[name]);
});

import type { ScannerBounds } from './scan-layout.js';
import type { ScannedPart } from './scanned.js';

/** How the scanner is used, or that it is not. */
export interface ScannerUse extends ScannerBounds {
  /** Shown every part. */
  readonly scanned?: (part: ScannedPart) => void;
}

/** For fewer rows the call costs more than it saves; a part, and what is made of it, fits in the caches. */
export const usualUse: ScannerUse = { rowsMin: 32, partRows: 2048, partBytes: 512 * 1024 };

/** Where a test says how the scanner is used. */
export const scannerPort: unique symbol = Symbol.for('millrace.scanner') as never;

/** Decoder options with the port; not for users, so not among the documented ones. */
export interface ScannerOptions {
  readonly [scannerPort]?: ScannerUse | 'off';
}

import type { Batch } from '../batch/batch.js';
import type { Fields } from '../schema/column-type.js';

/** What a flow carries. */
export type Signal<F extends Fields = Fields> =
  | { readonly kind: 'batch'; readonly batch: Batch<F> }
  /** Rows as they would be if nothing more came. Later ones, early or final, replace them; no count or digest has them. */
  | { readonly kind: 'early'; readonly batch: Batch<F> }
  /** No record before `time` (ms UTC) is still to come; +∞ at the end of the input. */
  | { readonly kind: 'watermark'; readonly time: number }
  /** Checkpoint `number` cuts here. */
  | { readonly kind: 'barrier'; readonly number: number };

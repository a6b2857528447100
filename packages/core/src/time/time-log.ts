/**
 * One entry of the time log: from `offset` on, the watermark of this partition is at least `watermark`, and records below
 * it are late. Recorded by the checkpoint that found the partition idle; a replay takes it from there, so that it
 * decides the same. `watermark` is +∞ where the input was ended (`Infinity`; the text "end" in JSON).
 */
export interface TimeLogEntry {
  /** The name of the `eventTime` that it is about. */
  readonly eventTime: string;
  readonly source: string;
  readonly partition: number;
  readonly offset: number;
  readonly watermark: number;
}

import type { FileBatch, ParquetFile } from '../codec.js';
import { joinBatches, sliceBatch } from '../file-batch.js';

/** A file as one with other row groups, which have as many rows in all. */
export function regrouped(file: ParquetFile, groups: readonly number[]): ParquetFile {
  const starts = startsOf(file.groups);
  const newStarts = startsOf(groups);
  if (newStarts.at(-1) !== starts.at(-1)) throw new Error(`it has ${starts.at(-1)} rows and not ${newStarts.at(-1)}`);
  return {
    groups,
    async read(group, fields) {
      const from = newStarts[group]!;
      const to = newStarts[group + 1]!;
      const parts: FileBatch[] = [];
      for (let at = 0; at < file.groups.length; at++) {
        const start = starts[at]!;
        const end = starts[at + 1]!;
        if (Math.max(from, start) >= Math.min(to, end)) continue;
        const batch = await file.read(at, fields);
        parts.push(sliceBatch(batch, Math.max(from, start) - start, Math.min(to, end) - start));
      }
      return joinBatches(fields, parts);
    },
    close: () => file.close(),
  };
}

/** The row at which each group starts, and the number of rows. */
function startsOf(groups: readonly number[]): number[] {
  const starts = [0];
  for (const rows of groups) starts.push(starts.at(-1)! + rows);
  return starts;
}

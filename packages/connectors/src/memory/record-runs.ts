import { gatherColumn, type BytesColumn, type RecordHeaders, type Records } from '@millrace/core/connector';

// A partition is a list of runs of records. Reading cuts what is asked for out of them, without copying bytes.

/** No more than this is read at once, in bytes of values; a record that is larger comes alone. */
const readBytesMax = 8 * 1024 * 1024;

/** The records of `run` from `position` on, at most `rowsMax` of them and no more bytes than one read may have. */
export function cutRun(run: Records, position: number, rowsMax: number): Records {
  const from = firstAtOrAfter(run.offsets, position);
  let to = Math.min(run.length, from + rowsMax);
  const { offsets: bytes } = run.values;
  while (to > from + 1 && bytes[to]! - bytes[from]! > readBytesMax) to = from + ((to - from) >> 1);
  if (from === 0 && to === run.length) return run;
  return {
    partition: run.partition,
    length: to - from,
    offsets: run.offsets.subarray(from, to),
    next: to < run.length ? run.offsets[to]! : run.next,
    brokerTimes: run.brokerTimes.subarray(from, to),
    keys: cutBytes(run.keys, from, to),
    values: cutBytes(run.values, from, to),
    headers: run.headers?.slice(from, to),
    decoded: undefined,
  };
}

/** Runs that follow one another, as one. */
export function joinRuns(runs: readonly Records[]): Records {
  const [first] = runs;
  if (runs.length === 1) return first!;
  const length = runs.reduce((sum, run) => sum + run.length, 0);
  const runOf = new Int32Array(length);
  const rowOf = new Int32Array(length);
  let at = 0;
  runs.forEach((run, index) => {
    for (let row = 0; row < run.length; row++, at++) {
      runOf[at] = index;
      rowOf[at] = row;
    }
  });
  const gather = (columns: readonly BytesColumn[]) => gatherColumn(columns, runOf, rowOf) as BytesColumn;
  return {
    partition: first!.partition,
    length,
    offsets: joinNumbers(runs.map((run) => run.offsets)),
    next: runs[runs.length - 1]!.next,
    brokerTimes: joinNumbers(runs.map((run) => run.brokerTimes)),
    keys: gather(runs.map((run) => run.keys)),
    values: gather(runs.map((run) => run.values)),
    headers: runs.some((run) => run.headers !== undefined) ? runs.flatMap(headersOf) : undefined,
    decoded: undefined,
  };
}

/** Reads out of runs that follow one another, until `rowsMax` records or the bytes of one read are together. */
export function readRuns(runs: Iterable<Records>, position: number, rowsMax: number): Records | undefined {
  const cuts: Records[] = [];
  let rows = 0;
  let bytes = 0;
  for (const run of runs) {
    const cut = cutRun(run, position, rowsMax - rows);
    const size = valueBytes(cut);
    if (rows > 0 && bytes + size > readBytesMax) break;
    cuts.push(cut);
    rows += cut.length;
    bytes += size;
    if (rows === rowsMax || cut.next < run.next) break;
  }
  return cuts.length === 0 ? undefined : joinRuns(cuts);
}

/** A run without a record, that moves the end up to `next`. */
export function emptyRun(partition: number, next: number): Records {
  const offsets = new Int32Array(1);
  const none: BytesColumn = { layout: 'bytes', offsets, bytes: new Uint8Array(0), validity: undefined };
  const numbers = new Float64Array(0);
  return {
    partition,
    length: 0,
    offsets: numbers,
    next,
    brokerTimes: numbers,
    keys: none,
    values: none,
    headers: undefined,
    decoded: undefined,
  };
}

function valueBytes({ values, length }: Records): number {
  return values.offsets[length]! - values.offsets[0]!;
}

function headersOf(run: Records): readonly RecordHeaders[] {
  return run.headers ?? Array.from({ length: run.length }, () => []);
}

function firstAtOrAfter(offsets: Float64Array, position: number): number {
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsets[middle]! < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

function cutBytes({ offsets, bytes, validity }: BytesColumn, from: number, to: number): BytesColumn {
  return {
    layout: 'bytes',
    offsets: offsets.subarray(from, to + 1),
    bytes,
    validity: validity === undefined ? undefined : cutBits(validity, from, to),
  };
}

function cutBits(bits: Uint8Array, from: number, to: number): Uint8Array {
  const cut = new Uint8Array((to - from + 7) >> 3);
  for (let i = from; i < to; i++) if ((bits[i >> 3]! >> (i & 7)) & 1) cut[(i - from) >> 3]! |= 1 << ((i - from) & 7);
  return cut;
}

function joinNumbers(parts: readonly Float64Array[]): Float64Array {
  const joined = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

// What lies in memory, as `scan-tables.ts` of the decoder writes it: words of 32 bits in the order of the members. Nobody
// points to where memory begins, so the address 0 says that there is none.

/**
 * One part of a batch. Behind its last record stand two quotes and zeros, past which nothing is read. Between two records
 * may stand anything.
 */
@unmanaged
export class Part {
  /** The records: what stands where each begins and ends counts from `data`. */
  data: usize;
  starts: usize;
  ends: usize;
  /** Per row whether it is left to the other scanner. */
  left: usize;
  rows: i32;
  /** The next row to scan. */
  row: i32;
  /** How many rows are left to the other scanner, so far. */
  leftRows: i32;
  bytesMax: i32;
  depthMax: i32;
  fields: usize;
  fieldCount: i32;
  keys: usize;
  keyCount: i32;
  /** Whether to stop behind a row with a key that is not in the list; then where that key stands, with its quotes. */
  learns: i32;
  strangerStart: usize;
  strangerLength: i32;
}

/** A field of the schema. */
@unmanaged
export class Field {
  kind: i32;
  nullable: i32;
  /** The last row that had it. */
  seenIn: i32;
  /** What is wanted of it goes here; 0 where it is only held to its type. Per row: null or not, value or code. */
  nulls: usize;
  values: usize;
  /** Of text: the texts one behind the other, and where each begins. */
  offsets: usize;
  texts: usize;
  /** Of text that is numbered: the table, else 0. */
  dictionary: usize;
}

/** A key that records have. Behind it lies its text, with the quotes, and zeros up to the end of a block. */
@unmanaged
export class Key {
  length: i32;
  /** Its field; 0 where the schema has none. */
  field: usize;
  /** The key that came behind it the last time. */
  next: usize;
}

/** Distinct texts, numbered as they come, as long as there is room. */
@unmanaged
export class Dictionary {
  size: i32;
  /** Blocks of 16 bytes that the texts take, and may take. */
  blocks: i32;
  blocksMax: i32;
  /** 8192 of them. */
  slots: usize;
  /** Per entry, where its text lies and how long it is. */
  places: usize;
  /** Each begins with a block. */
  texts: usize;
}

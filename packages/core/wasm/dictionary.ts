import { blockOf, isBlocks } from './blocks';
import { Dictionary } from './memory';

/** Longer texts have no number: `lengthBits` hold them. */
const lengthMax = 256;
const entriesMax = 4096;
/** The low bits of a slot are the number of an entry + 1, 0 where it is free; the others are those of its hash. */
const numberBits = 0x1fff;
/** The low bits of a place are the length of a text; the others say in which block it begins. */
const lengthBits = 9;

/** The number of a text, which is added where it is new; −1 where there is no room. */
export function codeOf(table: Dictionary, text: usize, length: i32): i32 {
  if (length > lengthMax) return -1;
  const hash = hashOf(text, length);
  let slot = hash & numberBits;
  while (true) {
    const found = load<i32>(table.slots + ((slot as usize) << 2));
    if (found == 0) return add(table, slot, hash, text, length);
    if (((found ^ hash) & ~numberBits) == 0) {
      const entry = (found & numberBits) - 1;
      const place = load<i32>(table.places + ((entry as usize) << 2));
      if ((place & ((1 << lengthBits) - 1)) == length && isBlocks(blocksOf(table, place), text, length)) return entry;
    }
    slot = (slot + 1) & numberBits;
  }
}

function add(table: Dictionary, slot: i32, hash: i32, text: usize, length: i32): i32 {
  const entry = table.size;
  const block = table.blocks;
  const blocks = (length + 15) >> 4;
  if (entry == entriesMax || block + blocks > table.blocksMax) return -1;
  table.size = entry + 1;
  table.blocks = block + blocks;
  const place = (block << lengthBits) | length;
  store<i32>(table.places + ((entry as usize) << 2), place);
  store<i32>(table.slots + ((slot as usize) << 2), (hash & ~numberBits) | (entry + 1));
  let to = blocksOf(table, place);
  for (; length > 0; length -= 16) {
    v128.store(to, blockOf(text, length));
    text += 16;
    to += 16;
  }
  return entry;
}

function blocksOf(table: Dictionary, place: i32): usize {
  return table.texts + (((place >> lengthBits) as usize) << 4);
}

/** A hash of whole blocks, for this table only. */
function hashOf(text: usize, length: i32): i32 {
  let hash: u64 = length;
  for (; length > 0; length -= 16) {
    const block = blockOf(text, length);
    hash = mixed(hash ^ i64x2.extract_lane(block, 0)) ^ mixed(i64x2.extract_lane(block, 1) + 0x85ebca6b);
    text += 16;
  }
  return ((hash * 0x9e3779b97f4a7c15) >> 32) as i32;
}

function mixed(word: u64): u64 {
  word *= 0x9e3779b97f4a7c15;
  return word ^ (word >> 32);
}

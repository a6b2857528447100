import { isBlocks } from './blocks';
import { Key, Part } from './memory';
import { skipText } from './text';

const keySize: usize = offsetof<Key>() + 80;
const lengthMax: usize = 66;

/**
 * The key at `at`, 0 where it is not in the list. Records of one topic write their keys in one order: so the one is
 * tried first that came behind `previous` the last time. The first of the list stands before every first key.
 */
export function readKey(part: Part, at: usize, previous: Key): usize {
  if (standsAt(previous.next, at)) return previous.next;
  const end = part.keys + (part.keyCount as usize) * keySize;
  for (let key = part.keys + keySize; key < end; key += keySize) {
    if (standsAt(key, at)) return (previous.next = key);
  }
  if (part.learns != 0) noteStranger(part, at);
  return 0;
}

function standsAt(key: usize, at: usize): bool {
  return isBlocks(key + offsetof<Key>(), at, changetype<Key>(key).length);
}

/** Notes a key that could be in the list the next time: one that is written as it is. */
function noteStranger(part: Part, at: usize): void {
  const end = load<u8>(at) == 0x22 ? skipText(at + 1) : 0;
  if (end == 0 || end - at > lengthMax) return;
  for (let i = at; i < end; i++) if (load<u8>(i) == 0x5c) return;
  part.strangerStart = at;
  part.strangerLength = (end - at) as i32;
}

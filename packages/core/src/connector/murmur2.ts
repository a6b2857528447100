/**
 * The hash by which Kafka's own producers choose a partition: MurmurHash2 of 32 bits with Kafka's seed, as a signed
 * number. A topic that another client has filled is keyed by it too.
 */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length;
  let hash = 0x9747b28c ^ length;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    let word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    word = Math.imul(word, multiplier);
    word = Math.imul(word ^ (word >>> 24), multiplier);
    hash = Math.imul(hash, multiplier) ^ word;
  }
  const rest = length - i;
  if (rest >= 3) hash ^= bytes[i + 2]! << 16;
  if (rest >= 2) hash ^= bytes[i + 1]! << 8;
  if (rest >= 1) hash = Math.imul(hash ^ bytes[i]!, multiplier);
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}

const multiplier = 0x5bd1e995;

/** The partition of a record with this key, as Kafka's default partitioner has it. */
export function partitionOfKey(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}

const ones = memory.data<u64>([-1, -1, 0, 0]);

/** The first `length` bytes at `at`, at most 16, with zeros behind them. */
export function blockOf(at: usize, length: i32): v128 {
  return v128.and(v128.load(at), v128.load(ones + 16 - min(length, 16)));
}

/** Whether the bytes at `at` are those at `blocks`, which are followed by zeros up to the end of a block. */
export function isBlocks(blocks: usize, at: usize, length: i32): bool {
  for (; length > 0; length -= 16) {
    if (v128.any_true(v128.xor(v128.load(blocks), blockOf(at, length)))) return false;
    blocks += 16;
    at += 16;
  }
  return true;
}

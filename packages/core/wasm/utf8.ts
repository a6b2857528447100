// What two bytes that follow one another have against them, as bits. Of each half byte a table tells which faults it is
// part of; a fault is one where all three halves are. After Keiser and Lemire, "Validating UTF-8 in less than one
// instruction per byte" (2021).
//
//   0x01 a lead without its continuation   0x02 a continuation without a lead   0x04, 0x20, 0x40 overlong
//   0x08, 0x40 beyond U+10FFFF             0x10 a surrogate                     0x80 two continuations

function firstHigh(): v128 {
  return i8x16(2, 2, 2, 2, 2, 2, 2, 2, -128, -128, -128, -128, 0x21, 1, 0x15, 0x49);
}

function firstLow(): v128 {
  return i8x16(-25, -93, -125, -125, -117, -53, -53, -53, -53, -53, -53, -53, -53, -37, -53, -53);
}

function secondHigh(): v128 {
  return i8x16(1, 1, 1, 1, 1, 1, 1, 1, -26, -82, -70, -70, 1, 1, 1, 1);
}

/** Whether a string from `at` to its quote at `end` is UTF-8 without control characters. What stands before it is ASCII. */
export function isText(at: usize, end: usize): bool {
  while (at <= end) {
    const control = i8x16.lt_u(v128.load(at), i8x16.splat(0x20));
    let faults = i8x16.bitmask(v128.or(control, i8x16.ne(faultsAt(at), i8x16.splat(0))));
    // Behind the quote it does not matter.
    if (end - at < 15) faults &= (2 << ((end - at) as i32)) - 1;
    if (faults != 0) return false;
    at += 16;
  }
  return true;
}

function faultsAt(at: usize): v128 {
  const block = v128.load(at);
  const before = v128.load(at - 1);
  const pairs = v128.and(
    v128.and(
      i8x16.swizzle(firstHigh(), i8x16.shr_u(before, 4)),
      i8x16.swizzle(firstLow(), v128.and(before, i8x16.splat(0x0f))),
    ),
    i8x16.swizzle(secondHigh(), i8x16.shr_u(block, 4)),
  );
  // Two continuations are right where a lead of three or four bytes stands before them, and wrong where they are not.
  const third = i8x16.sub_sat_u(v128.load(at - 2), i8x16.splat(0x60));
  const fourth = i8x16.sub_sat_u(v128.load(at - 3), i8x16.splat(0x70));
  return v128.xor(v128.and(v128.or(third, fourth), i8x16.splat(-128)), pairs);
}

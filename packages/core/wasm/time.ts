/** The milliseconds since the epoch that `readTime` has read. */
export let timeMs: i64 = 0;

/**
 * Reads `YYYY-MM-DDTHH:MM:SSZ"` or `….mmmZ"`, from behind its first quote: what `toISOString` and most others write.
 * Gives the place behind it; 0 where it is written in another way, or no time.
 */
export function readTime(at: usize): usize {
  const century = twoDigits(at);
  const ofCentury = twoDigits(at + 2);
  const month = twoDigits(at + 5);
  const day = twoDigits(at + 8);
  const hour = twoDigits(at + 11);
  const minute = twoDigits(at + 14);
  const second = twoDigits(at + 17);
  if ((century | ofCentury | month | day | hour | minute | second) < 0) return 0;
  const year = century * 100 + ofCentury;
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(month, year)) return 0;
  if (hour > 23 || minute > 59 || second > 59) return 0;
  if (load<u8>(at + 4) != 0x2d || load<u8>(at + 7) != 0x2d || load<u8>(at + 10) != 0x54) return 0;
  if (load<u8>(at + 13) != 0x3a || load<u8>(at + 16) != 0x3a) return 0;
  let ms = ((hour * 60 + minute) * 60 + second) * 1000;
  at += 19;
  if (load<u8>(at) == 0x2e) {
    const hundredths = twoDigits(at + 1);
    const last = twoDigits(at + 2);
    if ((hundredths | last) < 0) return 0;
    ms += hundredths * 10 + (last % 10);
    at += 4;
  }
  if (load<u8>(at) != 0x5a || load<u8>(at + 1) != 0x22) return 0;
  timeMs = (daysSinceEpoch(year, month, day) as i64) * 86_400_000 + ms;
  return at + 2;
}

/** The number in two digits, −1 where one is none. */
function twoDigits(at: usize): i32 {
  const tens: u8 = load<u8>(at) - 0x30;
  const ones: u8 = load<u8>(at + 1) - 0x30;
  return tens > 9 || ones > 9 ? -1 : (tens as i32) * 10 + ones;
}

function daysIn(month: i32, year: i32): i32 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/** Days in the proleptic Gregorian calendar, with years that begin in March so that the leap day is the last. */
function daysSinceEpoch(year: i32, month: i32, day: i32): i32 {
  const y = month <= 2 ? year - 1 : year;
  const era = y / 400;
  const yearOfEra = y - era * 400;
  const dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468;
}

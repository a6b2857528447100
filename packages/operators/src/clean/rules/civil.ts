// Calendar arithmetic without Date, which takes the years 0 to 99 for 1900 to 1999 and lets months and days overflow.

const msPerDay = 86_400_000;
const daysOfMonth = Uint8Array.of(31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);

/**
 * Milliseconds from 1970-01-01T00:00 to a minute of the proleptic Gregorian calendar; NaN where there is no such minute.
 */
export function civilMinute(year: number, month: number, day: number, hour: number, minute: number): number {
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59) return NaN;
  const leapDay = month === 2 && isLeap(year) ? 1 : 0;
  if (day > daysOfMonth[month - 1]! + leapDay) return NaN;
  return civilDay(year, month, day) * msPerDay + hour * 3_600_000 + minute * 60_000;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

// Counts in years that begin in March, so that the leap day is the last one, and in eras of 400 years (146,097 days).
function civilDay(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

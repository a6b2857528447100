const password = /\b([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/@]+@/gi;

/** A value with the passwords of all URLs in it masked: errors are printed, logged and pasted into reports. */
export function masked<T>(value: T): T {
  if (typeof value === 'string') return value.replace(password, '$1:***@') as T;
  if (Array.isArray(value)) return value.map((each: unknown) => masked(each)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, masked<unknown>(each)])) as T;
}

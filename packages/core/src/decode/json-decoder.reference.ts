import type { ColumnType, Fields } from '../schema/column-type.js';
import type { Schema } from '../schema/schema.js';

/** What a decoder is to find in values: a row each, or why there is none. */
export interface DecodeReference {
  readonly rows: readonly ({ readonly [name: string]: unknown } | undefined)[];
  readonly rejected: readonly { readonly row: number; readonly code: string; readonly field: string }[];
  readonly repaired: number;
  readonly repeatedKeys: number;
}

/** The definition of `jsonDecoder`: `JSON.parse`, one value at a time, all fields. */
export function decodeReference(
  schema: Schema,
  values: readonly (Uint8Array | null)[],
  { depthMax, bytesMax }: { depthMax: number; bytesMax: number },
): DecodeReference {
  const total = { repaired: 0, repeatedKeys: 0 };
  const rejected: { row: number; code: string; field: string }[] = [];
  const rows = values.map((value, row) => {
    const counts = { repaired: 0, repeatedKeys: 0 };
    const result = recordOf(schema, value, depthMax, bytesMax, counts);
    if ('code' in result) {
      rejected.push({ row, code: `MILLRACE_DECODE_${result.code}`, field: result.field });
      return undefined;
    }
    total.repaired += counts.repaired;
    total.repeatedKeys += counts.repeatedKeys;
    return result.value as { readonly [name: string]: unknown };
  });
  return { rows, rejected, ...total };
}

type Result = { readonly value: unknown } | { readonly code: string; readonly field: string };
interface Counts {
  repaired: number;
  repeatedKeys: number;
}
/** Parsed JSON in which texts and numbers are still as they were written, and every key is unique. */
type Node = string | boolean | null | Node[] | { [key: string]: Node };

const fails = (code: string): Result => ({ code, field: '' });

function recordOf(
  schema: Schema,
  value: Uint8Array | null,
  depthMax: number,
  bytesMax: number,
  counts: Counts,
): Result {
  if (value === null) return fails('TOMBSTONE');
  if (value.length > bytesMax) return fails('TOO_LARGE');
  // One character per byte: JSON's own characters are ASCII.
  const raw = Array.from(value, (byte) => String.fromCharCode(byte)).join('');
  if (isTooDeep(raw, depthMax)) return fails('TOO_DEEP');
  if (!isJson(raw)) return fails('JSON');
  let count = 0;
  const token = /"(?:[^"\\]|\\[^])*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
  const node = JSON.parse(raw.replace(token, (text) => JSON.stringify(`${count++}:${text}`))) as Node;
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return fails('NOT_OBJECT');
  return objectOf(schema.fields, node, counts);
}

/** Whether the first bracket beyond the depth comes before the first thing that is not JSON. */
function isTooDeep(raw: string, depthMax: number): boolean {
  const closers: string[] = [];
  for (const { 0: text, index } of raw.matchAll(/"(?:[^"\\]|\\[^])*"?|[[\]{}]/g)) {
    if (text === ']' || text === '}') closers.pop();
    else if (text === '[' || text === '{') {
      if (closers.length === depthMax) return isJson(raw.slice(0, index) + '[]' + closers.reverse().join(''));
      closers.push(text === '[' ? ']' : '}');
    }
  }
  return false;
}

function isJson(raw: string): boolean {
  try {
    JSON.parse(raw);
    return true;
  } catch {
    return false;
  }
}

function objectOf(fields: Fields, node: { [key: string]: Node }, counts: Counts): Result {
  const results = new Map<string, Result>();
  for (const [key, value] of Object.entries(node)) {
    const name = textOf(writtenText(key)!).text;
    if (!Object.hasOwn(fields, name)) continue;
    if (results.has(name)) counts.repeatedKeys++;
    results.set(name, valueOf(fields[name]!, value, counts));
  }
  const members: [string, unknown][] = [];
  for (const [name, type] of Object.entries(fields)) {
    const result = results.get(name) ?? (type.nullable ? { value: null } : fails('MISSING'));
    if ('code' in result) return { code: result.code, field: /^($|\[)/.test(result.field) ? name + result.field : `${name}.${result.field}` }; // prettier-ignore
    members.push([name, result.value]);
  }
  return { value: Object.fromEntries(members) };
}

function valueOf(type: ColumnType, node: Node, counts: Counts): Result {
  if (node === null) return type.nullable ? { value: null } : fails('NULL');
  if (type.kind === 'struct') {
    return typeof node === 'object' && !Array.isArray(node) ? objectOf(type.fields!, node, counts) : fails('TYPE');
  }
  if (type.kind === 'list') {
    if (!Array.isArray(node)) return fails('TYPE');
    const items = node.map((item) => valueOf(type.items!, item, counts));
    for (const item of items) {
      if ('code' in item) return { code: item.code, field: /^($|\[)/.test(item.field) ? `[]${item.field}` : `[].${item.field}` }; // prettier-ignore
    }
    return { value: items.map((item) => (item as { value: unknown }).value) };
  }
  if (typeof node === 'boolean') return type.kind === 'bool' ? { value: node } : fails('TYPE');
  if (typeof node !== 'string') return fails('TYPE');
  const written = writtenText(node);
  return written === undefined
    ? numberValue(type, node.slice(node.indexOf(':') + 1))
    : textValue(type, written, counts);
}

/** The string as it was written, with its quotes; undefined where it is a number. */
function writtenText(node: string): string | undefined {
  const written = node.slice(node.indexOf(':') + 1);
  return written.startsWith('"') ? written : undefined;
}

function textOf(written: string): { text: string; damaged: boolean } {
  const bytes = Uint8Array.from(written, (character) => character.charCodeAt(0));
  const decoded = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const text = JSON.parse(decoded) as string;
  let damaged = /\p{Surrogate}/u.test(text);
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    damaged = true;
  }
  return { text: text.replace(/\p{Surrogate}/gu, '\ufffd'), damaged };
}

function textValue(type: ColumnType, written: string, counts: Counts): Result {
  const { text, damaged } = textOf(written);
  switch (type.kind) {
    case 'utf8':
      if (damaged) counts.repaired++;
      return { value: text };
    case 'float64':
      return ['NaN', 'Infinity', '-Infinity'].includes(text) ? { value: Number(text) } : fails('TYPE');
    case 'timestamp':
      return timeValue(text);
    case 'binary':
      return isBase64(text) ? { value: Uint8Array.from(atob(text), (c) => c.charCodeAt(0)) } : fails('BASE64');
    default:
      return fails('TYPE');
  }
}

function isBase64(text: string): boolean {
  try {
    return btoa(atob(text)) === text;
  } catch {
    return false;
  }
}

const isoTime =
  /^(\d{4}|[+-]\d{6})-(\d\d)-(\d\d)(?:[Tt ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d+))?)?([Zz]|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?)?$/;

function timeValue(text: string): Result {
  const [, year, month, day, hour, minute, second = '0', fraction = '', zone] = isoTime.exec(text) ?? [];
  if (year === undefined || year === '-000000') return fails('TIMESTAMP');
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return fails('TIMESTAMP');
  if (zone === undefined) return fails('TIME_ZONE');
  date.setUTCHours(Number(hour), Number(minute), Number(second), Number(fraction.slice(0, 3).padEnd(3, '0')));
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  const east = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  const shifted = new Date(date.getTime() - east * 60_000);
  return Number.isNaN(shifted.getTime()) ? fails('TIMESTAMP') : { value: shifted };
}

function numberValue(type: ColumnType, written: string): Result {
  if (type.kind === 'float64') return Number.isFinite(Number(written)) ? { value: Number(written) } : fails('RANGE');
  const limit = { int32: 2n ** 31n, int64: 2n ** 63n, decimal: 10n ** BigInt(type.precision ?? 0), timestamp: 8_640_000_000_000_001n }; // prettier-ignore
  if (!Object.hasOwn(limit, type.kind)) return fails('TYPE');
  const kind = type.kind as keyof typeof limit;
  const whole = wholeOf(written, type.scale ?? 0);
  if (whole === undefined) return fails(kind === 'decimal' ? 'SCALE' : 'NOT_WHOLE');
  const isLowest = (kind === 'int32' || kind === 'int64') && whole === -limit[kind];
  if ((whole >= limit[kind] || whole <= -limit[kind]) && !isLowest) return fails('RANGE');
  if (kind === 'int64') return { value: whole };
  if (kind !== 'decimal') return { value: kind === 'int32' ? Number(whole) : new Date(Number(whole)) };
  const digits = String(whole < 0n ? -whole : whole).padStart(type.scale! + 1, '0');
  const point = digits.length - type.scale!;
  return {
    value: (whole < 0n ? '-' : '') + digits.slice(0, point) + (type.scale! > 0 ? '.' + digits.slice(point) : ''),
  };
}

/** A written number × 10^scale where that is whole; 10^60 for all that is larger. */
function wholeOf(written: string, scale: number): bigint | undefined {
  const [, sign, whole = '', part = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE](.+))?$/.exec(written)!;
  const digits = (whole + part).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return 0n;
  const shift = Number(exponent) - part.length + digits.length - significant.length + scale;
  if (shift < 0) return undefined;
  const value = significant.length + shift > 60 ? 10n ** 60n : BigInt(significant) * 10n ** BigInt(shift);
  return sign === '-' ? -value : value;
}

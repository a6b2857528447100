import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bool, float64, int32, int64, nullable, timestamp, utf8 } from '../../schema/column-type.js';
import { schema } from '../../schema/schema.js';
import { anyText, bytesOf, damage, space } from '../arbitrary-json.test.js';
import { decodeReference } from '../json-decoder.reference.js';

// Records as a topic has them: pins, written in one order, of which some are written in another way or damaged.

/** Pins, and what was added to them so that there is a field of every kind that the scanner knows. */
export const Pin = schema({
  index: int32,
  unique_id: utf8,
  title: utf8,
  description: nullable(utf8),
  poster_name: utf8,
  follower_count: nullable(utf8),
  is_image_or_video: utf8,
  downloaded: int32,
  category: utf8,
  timestamp,
  offset: int64,
  score: nullable(float64),
  is_story: nullable(bool),
});

const pins = [
  String.raw`{"index":7528,"unique_id":"fbe53c66-3442-4773-b19e-d3ec6f54dddf","title":"No Title Data Available","description":"No description available Story format","poster_name":"User Info Error","follower_count":"User Info Error","is_image_or_video":"multi-video(story page format)","downloaded":0,"category":"mens-fashion","timestamp":"2026-01-05T12:00:03.120Z","offset":0,"score":null,"is_story":true}`,
  String.raw`{"index":2863,"unique_id":"9bf39437-42a6-4f02-99a0-9a0383d8cd70","title":"25 Super Fun Summer Crafts for Kids – “easy” & \"bold\"","description":"Keep the kids busy with these naïve crafts. simple’s café ☀️😀","poster_name":"Of Life & Lisa | Lifestyle Blog","follower_count":"124k","is_image_or_video":"image","downloaded":1,"category":"diy-and-crafts","timestamp":"2026-01-05T12:00:01.007Z","offset":1234567890123,"score":0.875,"is_story":false}`,
  String.raw`{"index":5730,"unique_id":"1e1f0c8b-9464-460b-9154-c775827c466d","title":"Island Oasis Coupon Organizer","description":null,"poster_name":"Consuelo Aguirre","follower_count":"0","is_image_or_video":"video","downloaded":1,"category":"finance","timestamp":"2026-01-05T12:00:02Z","offset":-5,"score":-12.5,"is_story":null}`,
];
const members: readonly (readonly (readonly [key: string, value: string])[])[] = pins.map((pin) =>
  [...pin.matchAll(/("\w+"):("(?:[^"\\]|\\.)*"|[^,}]+)/g)].map(([, key, value]) => [key!, bytesOf(value!)] as const),
);

const insertions = ['\\n', '\\"', '\\\\', '\\u00e9', '\\u20ac', '\\ud83d\\ude00', '\\ud83d', '\\ude00\\ud83d', '\\u12', '\\x', '\xc3\xa9', '\xf0\x9f\x98\x80', '\xf0\x9f\x98', '\x80', '\xed\xa0\x80', '\xc0\xaf', '\xff', '\x00', '\x1f', '\x7f', '"']; // prettier-ignore
const numbers = ['-0', '0', '007', '1.0', '1e2', '1e400', '-1e-400', '2147483647', '2147483648', '-2147483648', '999999999999999', '9007199254740993', '123456789012345678', '1234567890123456789', '9223372036854775808', '0.1', '0.30000000000000004', '1234567.12345678', '1.', '-', '+1', '.5', '8640000000000001']; // prettier-ignore
const others = ['null', 'true', 'false', 'nul', '"NaN"', '""', '[]', '{}', '[1,{"a":"b"}]', '"2026-01-05T12:00:00+01:00"', '"2026-02-29T00:00:00Z"', '"2024-02-29T23:59:59.999Z"', '"2026-01-05T24:00:00Z"', '"0000-01-01T00:00:00Z"', '"2026-01-05"']; // prettier-ignore

type Members = (readonly [key: string, value: string])[];
type Change = (members: Members, at: number) => Members;

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(fc.constantFrom(...insertions), fc.nat()).map(([text, place]): Change => {
    return (all, at) => all.with(at, [all[at]![0], inserted(all[at]![1], place, text)]);
  }),
  fc.constantFrom(...numbers, ...others).map(
    (text): Change =>
      (all, at) =>
        all.with(at, [all[at]![0], text]),
  ),
  anyText.map(
    (text): Change =>
      (all, at) =>
        all.with(at, [all[at]![0], text]),
  ),
  fc.tuple(fc.constantFrom('"tag"', '"image_src"', '"\\u0061"', '"x y"', '"é"'), anyText).map(([key, text]): Change => {
    return (all, at) => all.toSpliced(at, 0, [bytesOf(key), text]);
  }),
  fc.constant<Change>((all, at) => all.toSpliced(at, 1)),
  fc.constant<Change>((all, at) => [...all.slice(at), ...all.slice(0, at)]),
  fc.nat().map((other): Change => (all, at) => [...all, [all[at]![0], all[other % all.length]![1]]]),
  fc.constant<Change>((all, at) => all.with(at, [`"\\u00${all[at]![0].charCodeAt(1).toString(16)}${all[at]![0].slice(2)}`, all[at]![1]])), // prettier-ignore
);

function inserted(text: string, place: number, what: string): string {
  const at = Math.min(1 + (place % text.length), text.length - 1);
  return text.slice(0, at) + what + text.slice(at);
}

const written = fc
  .tuple(
    fc.constantFrom(...members),
    fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 2, arbitrary: fc.array(fc.tuple(change, fc.nat()), { maxLength: 3 }) },
    ),
    space,
    fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: damage }),
  )
  .map(([plain, changes, gap, damaged]) => {
    let all: Members = [...plain];
    for (const [apply, at] of changes) if (all.length > 0) all = apply(all, at % all.length);
    const text = `${gap}{${gap}${all.map((member) => member.join(`${gap}:${gap}`)).join(`${gap},${gap}`)}${gap}}${gap}`;
    return damaged?.(text) ?? text;
  });

/** The value of a record, null for a tombstone; a character of the text is a byte. */
export const arbitraryPin: fc.Arbitrary<Uint8Array | null> = fc
  .option(written, { freq: 20 })
  .map((text) => (text === null ? null : Uint8Array.from(text, (byte) => byte.charCodeAt(0))));

it('makes pins of which many are good, and many are not', () => {
  const values = fc.sample(arbitraryPin, { seed: 7, numRuns: 1000 });
  const { rejected, repaired, repeatedKeys } = decodeReference(Pin, values, { depthMax: 512, bytesMax: 1e6 });
  expect(rejected.length).toBeGreaterThan(200);
  expect(rejected.length).toBeLessThan(700);
  expect(Math.min(repaired, repeatedKeys)).toBeGreaterThan(5);
  expect(new Set(rejected.map(({ code }) => code)).size).toBeGreaterThan(7);
});

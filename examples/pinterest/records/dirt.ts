import type { PostedPin } from './new-pin.js';

/** What becomes of a record: which operator rejects it, or that it is as good as any other. */
export type Fate = 'source' | 'clean' | 'eventTime' | 'good';

/** One way in which records are broken on their way, or look broken and are not. */
export interface Dirt {
  readonly name: string;
  readonly fate: Fate;
  readonly make: (pin: PostedPin) => string | Uint8Array;
}

const utf8 = new TextEncoder();
const json = (pin: PostedPin, change: object): string => JSON.stringify({ ...pin, ...change });
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const withMember = (pin: PostedPin, member: string): string => `${JSON.stringify(pin).slice(0, -1)},${member}}`;

/** Every kind of dirt, in the order in which the emulator goes through them. */
export const dirt: readonly Dirt[] = [
  { name: 'torn', fate: 'source', make: torn },
  { name: 'text for a number', fate: 'source', make: (pin) => json(pin, { index: 'seven' }) },
  { name: 'no such time', fate: 'clean', make: (pin) => json(pin, { timestamp: '2026-13-45 25:61:00' }) },
  { name: 'nested too deep', fate: 'source', make: (pin) => withMember(pin, `"related":${nested(5000)}`) },
  { name: 'nested deep', fate: 'good', make: (pin) => withMember(pin, `"related":${nested(100)}`) },
  { name: 'no id', fate: 'source', make: (pin) => json(pin, { unique_id: undefined }) },
  { name: 'null category', fate: 'source', make: (pin) => json(pin, { category: null }) },
  { name: 'no number', fate: 'clean', make: (pin) => json(pin, { follower_count: 'many' }) },
  { name: 'number too large', fate: 'source', make: (pin) => json(pin, { index: 3_000_000_000 }) },
  { name: 'a page instead', fate: 'source', make: () => '<html><h1>502 Bad Gateway</h1></html>' },
  { name: 'half an emoji', fate: 'good', make: (pin) => json(pin, { title: '\ud83d cut' }) },
  { name: 'empty', fate: 'source', make: () => '' },
  { name: 'the year 58136', fate: 'clean', make: (pin) => json(pin, { timestamp: '58136-02-03 04:05:06' }) },
  { name: 'from the future', fate: 'eventTime', make: (pin) => json(pin, { timestamp: '2036-01-05 12:00:00' }) },
  { name: 'no UTF-8', fate: 'source', make: () => Uint8Array.of(0xff, 0xfe, 0x7b, 0x00) },
  { name: 'a fraction', fate: 'source', make: (pin) => json(pin, { downloaded: 0.5 }) },
  { name: 'a list', fate: 'source', make: (pin) => `[${JSON.stringify(pin)}]` },
  { name: 'repeated name', fate: 'good', make: (pin) => withMember(pin, '"downloaded":1') },
  { name: 'NaN', fate: 'source', make: (pin) => JSON.stringify(pin).replace('"downloaded":', '"downloaded":NaN') },
  { name: 'neither yes nor no', fate: 'clean', make: (pin) => json(pin, { downloaded: 2 }) },
];

/** Cut in the middle, as a crash leaves it, and where it holds other letters than English ones within one of them. */
function torn(pin: PostedPin): Uint8Array {
  const bytes = utf8.encode(JSON.stringify(pin));
  const half = bytes.length >> 1;
  const inside = bytes.findIndex((byte, index) => index > half && byte >= 0x80 && byte < 0xc0);
  return bytes.subarray(0, inside === -1 ? half : inside);
}

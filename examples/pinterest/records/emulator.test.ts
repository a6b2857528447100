import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { dirt } from './dirt.js';
import { emulatePins, type EmulatedRecord, startTime } from './emulator.js';
import { naiveAnswer } from './naive-answer.reference.js';
import { rightAnswer } from './right-answer.js';

const pins = 60_000;
const records = [...emulatePins({ pins })];
const texts = records.map(({ value }) => (typeof value === 'string' ? value : new TextDecoder().decode(value)));
const good = records.flatMap(({ facts }, at) => (facts.fate === 'good' ? [JSON.parse(texts[at]!) as RawPin] : []));

type RawPin = { readonly [field: string]: unknown };

function answerOf(records: Iterable<EmulatedRecord>): ReturnType<ReturnType<typeof rightAnswer>['answer']> {
  const tally = rightAnswer();
  for (const record of records) tally.add(record);
  return tally.answer();
}

describe('emulator', { timeout: 60_000 }, () => {
  it('posts the same bytes for the same seed, on any machine', () => {
    const hash = createHash('sha256');
    for (const { key, partition, value, brokerTime } of emulatePins({ pins: 20_000 })) {
      hash.update(`${key} ${partition} ${brokerTime} `).update(value);
    }
    expect(hash.digest('hex')).toBe('1c2c54f3efc139e6534c9ed01b58d8fac47447d2a0fa52dd5a972e6f1a61d56c');
    const [first] = emulatePins({ pins: 1, seed: 101 });
    expect(first!.value).not.toBe(records[0]!.value);
  });

  it('has the dirt of the original at its rates', () => {
    const share = (field: string, ...values: unknown[]): number =>
      (100 * good.filter((pin) => values.includes(pin[field])).length) / good.length;
    const rates = {
      user: share('follower_count', 'User Info Error'),
      description: share('description', 'No description available Story format', 'No description available', 'Untitled', ''), // prettier-ignore
      tags: share('tag_list', 'N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e'),
      title: share('title', 'No Title Data Available'),
      image: share('image_src', 'Image src error.'),
    };
    const seen = { user: 1.5, description: 6, tags: 3, title: 2, image: 2 };
    for (const [name, rate] of Object.entries(seen)) {
      expect(Math.abs(rates[name as keyof typeof rates] - rate), `${name}: ${rates[name as keyof typeof rates]} %`).toBeLessThan(0.3); // prettier-ignore
    }
    expect(good.some((pin) => pin['follower_count'] === '0')).toBe(true);
    expect(good.some((pin) => /^\d{2,3}$/.test(pin['follower_count'] as string))).toBe(true);
    expect(good.filter((pin) => /[^\0-\x7f]/.test(pin['description'] as string)).length).toBeGreaterThan(pins / 3);
    expect(new Set(good.map((pin) => pin['category'])).size).toBe(13);
  });

  it('posts about one in twenty again, with a later time of its own', () => {
    const firstTimes = new Map<string, number>();
    const delays: number[] = [];
    for (const { key, facts } of emulatePins({ pins: 200_000 })) {
      const first = firstTimes.get(key);
      if (first === undefined) firstTimes.set(key, facts.time);
      else delays.push(facts.time - first);
    }
    expect(delays.length / 200_000).toBeGreaterThan(0.045);
    expect(delays.length / 200_000).toBeLessThan(0.055);
    expect(Math.min(...delays)).toBeGreaterThan(0);
    const within = delays.filter((delay) => delay < 3_600_000);
    expect(delays.length - within.length).toBeGreaterThan(0);
    expect(within.length / delays.length).toBeGreaterThan(0.98);
  });

  it('is out of order by 3 s and cut to seconds, but for a few that come late', () => {
    let newest = -Infinity;
    let disordered = 0;
    const behind: number[] = [];
    for (const { facts } of records) {
      if (facts.time < newest) disordered++;
      if (newest - facts.time > 4_000) behind.push(newest - facts.time);
      newest = Math.max(newest, facts.time);
    }
    expect(disordered).toBeGreaterThan(pins / 2);
    expect(behind.length).toBe(pins / 5000);
    expect(Math.min(...behind)).toBeGreaterThan(5_000);
  });

  it('leaves the last partition quiet for the last third', () => {
    const last = records.slice((pins * 2) / 3);
    expect(new Set(last.map(({ partition }) => partition))).toEqual(new Set([0, 1]));
    expect(new Set(records.slice(0, (pins * 2) / 3).map(({ partition }) => partition))).toEqual(new Set([0, 1, 2]));
    expect(last[0]!.brokerTime).toBeGreaterThan(startTime);
  });

  it('goes through every kind of dirt', () => {
    const broken = records.filter((_, slot) => slot % 2500 === 1250);
    expect(broken.length).toBeGreaterThanOrEqual(dirt.length);
    expect(broken.slice(0, dirt.length).map(({ facts }) => facts.fate)).toEqual(dirt.map(({ fate }) => fate));
  });
});

describe('right answer', { timeout: 60_000 }, () => {
  it('is what one gets by reading the bytes, without knowing how they were made', () => {
    expect(answerOf(records)).toEqual(naiveAnswer(records));
  });

  it('finds every record again', () => {
    const { records: all, rejected, late, duplicates, kept } = answerOf(records);
    expect(all).toBe(pins);
    expect(rejected.source + rejected.clean + rejected.eventTime + late + duplicates + kept).toBe(pins);
    for (const count of [rejected.source, rejected.clean, rejected.eventTime, late, duplicates])
      expect(count).toBeGreaterThan(0);
  });
});

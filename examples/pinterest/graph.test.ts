import { describe, expect, it } from 'vitest';
import type { Row } from '@millrace/core';
import { runFlow } from '@millrace/core/testing';
import { pinGraph, RawPin } from './graph.js';
import real from './records/real-records.json' with { type: 'json' };

type Pin = Row<typeof RawPin.fields>;

const plain: Pin = {
  index: 7,
  unique_id: 'a',
  title: 'A title',
  description: 'A description',
  poster_name: 'A poster',
  follower_count: '12',
  tag_list: 'One,Two',
  is_image_or_video: 'image',
  image_src: 'https://i.pinimg.com/a.jpg',
  downloaded: 1,
  save_location: 'Local save in /data/art',
  category: 'art',
  timestamp: '2026-01-05 12:00:00',
};

function cleaned(...pins: Partial<Pin>[]): { readonly [field: string]: unknown }[] {
  const rows = pins.map((pin, at) => ({ ...plain, unique_id: `pin ${at}`, ...pin }));
  return [...runFlow(RawPin, pinGraph, [{ rows }, { end: true }]).outputs['pins']!];
}

describe('cleaning', () => {
  // What the original does, or should have done, with a value of a field.
  it.each<readonly [field: keyof Pin, value: string | number, result: unknown]>([
    ['follower_count', 'User Info Error', null],
    ['follower_count', '124k', 124_000],
    ['follower_count', '15M', 15_000_000],
    ['follower_count', '422', 422],
    ['follower_count', '0', 0],
    ['poster_name', 'User Info Error', null],
    ['title', 'No Title Data Available', null],
    ['description', 'No description available Story format', null],
    ['description', 'No description available', null],
    ['description', 'Untitled', null],
    ['tag_list', 'N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e', null],
    ['tag_list', 'Travel,Budget Travel', ['Travel', 'Budget Travel']],
    ['image_src', 'Image src error.', null],
    ['image_src', 'Image src error', 'Image src error'],
    ['is_image_or_video', 'multi-video(story page format)', 'multi-video(story page format)'],
    ['save_location', 'Local save in /data/x', '/data/x'],
    ['downloaded', 0, false],
    ['downloaded', 1, true],
    ['title', '', null],
    ['description', '', null],
    ['poster_name', '', null],
    ['follower_count', '', null],
    ['tag_list', '', null],
    ['is_image_or_video', '', null],
    ['image_src', '', null],
    ['save_location', '', null],
    ['timestamp', '2026-01-05T12:00:07', new Date('2026-01-05T12:00:07Z')],
    ['timestamp', '2026-01-05 12:00:07', new Date('2026-01-05T12:00:07Z')],
  ])('%s: %j becomes %j', (field, value, result) => {
    expect(cleaned({ [field]: value })[0]![field]).toEqual(result);
  });

  it('keeps plain counts, which the original lost', () => {
    const counts = ['422', '0', '848', '4'].map((follower_count) => ({ follower_count }));
    expect(cleaned(...counts).map((pin) => pin['follower_count'])).toEqual([422, 0, 848, 4]);
  });

  it('cleans save_location, which the original forgot', () => {
    const locations = real.pins.map(({ save_location }) => ({ save_location }));
    expect(cleaned(...locations).map((pin) => pin['save_location'])).toEqual(
      real.pins.map(({ category }) => `/data/${category}`),
    );
  });

  it('gives index its name, and the columns their order', () => {
    const [pin] = cleaned({});
    expect(pin!['index_id']).toBe(7);
    expect(Object.keys(pin!).join()).toBe(
      'unique_id,index_id,title,category,description,follower_count,tag_list,is_image_or_video,image_src,downloaded,save_location,poster_name,timestamp',
    );
  });

  it('takes the real records, text of all scripts as it is', () => {
    const pins = real.pins.map((pin) => ({ ...plain, poster_name: null, ...pin }));
    const rows = cleaned(...pins);
    expect(rows).toHaveLength(real.pins.length);
    for (const [at, { title, description }] of real.pins.entries()) {
      if (at === 0) continue;
      expect(rows.find((row) => row['unique_id'] === real.pins[at]!.unique_id)).toMatchObject({ title, description });
    }
    expect(rows.filter((row) => row['title'] === null)).toHaveLength(1);
  });

  it.each<readonly [field: keyof Pin, value: string | number]>([
    ['follower_count', 'many'],
    ['downloaded', 2],
    ['timestamp', 'yesterday'],
    ['timestamp', '58136-02-03 04:05:06'],
    ['category', ''],
  ])('rejects %s: %j, and says which field it is', (field, value) => {
    const { outputs, rejected } = runFlow(RawPin, pinGraph, [{ rows: [{ ...plain, [field]: value }] }, { end: true }]);
    expect(outputs['pins']).toEqual([]);
    expect(rejected).toMatchObject([{ field }]);
  });
});

describe('pins and popularity', () => {
  const at = (id: string, time: string, follower_count = '10'): Pin => ({
    ...plain,
    unique_id: id,
    follower_count,
    timestamp: `2026-01-05 ${time}`,
  });
  const rows = [
    at('a', '12:00:00', '1k'),
    at('b', '12:00:59', 'User Info Error'),
    at('a', '12:30:00'),
    at('c', '12:10:00'),
    at('a', '13:00:00'),
  ];
  const { outputs, late, ledgers } = runFlow(RawPin, pinGraph, [{ rows }, { end: true }]);

  it('keeps re-posts once within the hour', () => {
    const kept = outputs['pins']!.map((pin) => [
      pin['unique_id'],
      (pin['timestamp'] as Date).toISOString().slice(11, 16),
    ]);
    expect(kept).toEqual([['a', '12:00'], ['b', '12:00'], ['a', '13:00']]); // prettier-ignore
    expect(Object.values(ledgers).reduce((sum, { duplicate }) => sum + duplicate, 0)).toBe(1);
  });

  it('puts aside what comes after its time', () => {
    expect(late).toHaveLength(1);
  });

  it('counts and sums per minute and category', () => {
    const window = (start: string, end: string, pins: number, followers: number | null): object => ({
      windowStart: new Date(`2026-01-05T${start}Z`),
      windowEnd: new Date(`2026-01-05T${end}Z`),
      category: 'art',
      pins,
      followers,
    });
    expect(outputs['popularity']).toEqual([window('12:00', '12:01', 2, 1000), window('13:00', '13:01', 1, 10)]);
  });
});

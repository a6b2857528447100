import { describe, expect, it } from 'vitest';
import { defineJob, run } from '@millrace/core';
import { memory } from '@millrace/connectors/memory';
import { geoGraph, RawGeo } from './geo-graph.js';
import { emulatePosts } from './records/posts.js';
import { RawUser, userGraph } from './user-graph.js';

const brokerTimes = (bodies: readonly string[]) =>
  bodies.map((value, n) => ({ value, brokerTime: 1_700_000_000_000 + n * 1000 }));
const quiet = { mode: 'live', report: false } as const;

async function geosOf(...bodies: string[]) {
  const topic = memory().topic('geo', RawGeo, { keyedBy: 'ind', partitions: 3 });
  await topic.append(brokerTimes(bodies));
  await topic.end();
  const list = memory().list('geos');
  const job = defineJob({
    name: 'geos',
    sources: { live: topic },
    graph: geoGraph,
    sinks: { geos: list },
  });
  const { ledger } = await run(job, quiet);
  return { rows: await list.rows(), ledger };
}

async function usersOf(...bodies: string[]) {
  const topic = memory().topic('user', RawUser, { keyedBy: 'ind', partitions: 3 });
  await topic.append(brokerTimes(bodies));
  await topic.end();
  const list = memory().list('users');
  const job = defineJob({
    name: 'users',
    sources: { live: topic },
    graph: userGraph,
    sinks: { users: list },
  });
  const { ledger } = await run(job, quiet);
  return { rows: await list.rows(), ledger };
}

const geo = { ind: 7, timestamp: '2020-08-28 03:52:47', latitude: -89.9787, longitude: -173.293, country: 'Albania' };
const user = { ind: 7, first_name: 'Abigail', last_name: 'Ali', age: 20, date_joined: '2015-10-24T11:23:51' };

describe('places', () => {
  it('have latitude and longitude in one, an instant, and their columns in order', async () => {
    const { rows } = await geosOf(JSON.stringify(geo));
    expect(rows).toEqual([
      { ind: 7, country: 'Albania', coordinates: [-89.9787, -173.293], timestamp: new Date('2020-08-28T03:52:47Z') },
    ]);
    expect(Object.keys(rows[0]!)).toEqual(['ind', 'country', 'coordinates', 'timestamp']);
  });

  it('that come again are there once; another place of the same index is not lost', async () => {
    const other = { ...geo, latitude: 1 };
    const { rows, ledger } = await geosOf(
      ...[geo, other, geo, { ...geo, country: '' }, geo].map((each) => JSON.stringify(each)),
    );
    expect(rows.map(({ coordinates }) => (coordinates as number[])[0]).sort()).toEqual([-89.9787, 1]);
    expect(Object.values(ledger).reduce((sum, { duplicate }) => sum + duplicate, 0)).toBe(3);
  });
});

describe('users', () => {
  it('have one name of two, an instant, and their columns in order', async () => {
    const { rows } = await usersOf(JSON.stringify(user));
    expect(rows).toEqual([
      { ind: 7, user_name: 'Abigail Ali', age: 20, date_joined: new Date('2015-10-24T11:23:51Z') },
    ]);
    expect(Object.keys(rows[0]!)).toEqual(['ind', 'user_name', 'age', 'date_joined']);
  });

  it('that come again are there once; another user of the same index is not lost', async () => {
    const { rows } = await usersOf(...[user, { ...user, age: 21 }, user].map((each) => JSON.stringify(each)));
    expect(rows.map(({ age }) => age).sort()).toEqual([20, 21]);
  });
});

describe('posts', () => {
  it('are the same for the same seed, and a pin that comes again brings its place and user again', () => {
    const posts = [...emulatePosts({ pins: 4000 })];
    expect([...emulatePosts({ pins: 4000 })].map(({ body }) => body)).toEqual(posts.map(({ body }) => body));
    for (const path of ['/geo', '/user'] as const) {
      const bodies = posts.filter((post) => post.path === path).map(({ body }) => body);
      expect(new Set(bodies).size).toBeLessThan(bodies.length);
      expect(new Set(bodies).size).toBeGreaterThan(bodies.length * 0.9);
    }
  });
});

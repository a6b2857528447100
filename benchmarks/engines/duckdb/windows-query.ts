import { DuckDBInstance, version } from '@duckdb/node-api';
import type { Engine } from '../../harness/suite.js';
import { type PinWindow, windowsText } from '../../pinterest/windows-text.js';

const threads = 1;

/** The windows as one query over `from`. */
export function duckdbEngine(from: (records: number) => string): Engine {
  return {
    settings: {
      version: version(),
      threads,
      guarantees: 'none needed: one query',
      leavesOut: 'lateness, and that re-posts count anew after an hour; neither changes the answer here',
    },
    async load(records) {
      const instance = await DuckDBInstance.create(':memory:', { threads: String(threads) });
      const connection = await instance.connect();
      const table = from(records);
      return {
        async run() {
          const reader = await connection.runAndReadAll(query(table));
          const windows = reader.getRowObjectsJS().map(({ start, category, pins, followers, most }): PinWindow => {
            return {
              windowStart: new Date(Number(start)),
              category: category as string,
              pins: Number(pins),
              followers: followers as number | null,
              most: most as number | null,
            };
          });
          return windowsText(windows);
        },
      };
    },
  };
}

function query(table: string): string {
  return `
    with pins as (
      select
        unique_id,
        category,
        cast("timestamp" as timestamp) as time,
        case
          when follower_count = 'User Info Error' then null
          when suffix(follower_count, 'k') then cast(follower_count[:-2] as double) * 1e3
          when suffix(follower_count, 'M') then cast(follower_count[:-2] as double) * 1e6
          else cast(follower_count as double)
        end as followers
      from ${table}
    ),
    numbered as (
      select *, row_number() over (partition by unique_id order by time) as number from pins
    )
    select
      epoch_ms(date_trunc('minute', time)) as start,
      category,
      count(*) as pins,
      sum(followers) as followers,
      max(followers) as most
    from numbered
    where number = 1
    group by 1, 2`;
}

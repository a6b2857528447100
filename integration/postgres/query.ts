import pg from 'pg';

/** Asks a database; whoever asks has a connection of its own. */
export type Query = (text: string) => Promise<readonly { readonly [column: string]: unknown }[]>;

/** Asks the server at `url`. */
export function queryAt(url: string): Query {
  return async (text) => {
    const client = new pg.Client(url);
    await client.connect();
    try {
      return (await client.query<{ [column: string]: unknown }>(text)).rows;
    } finally {
      await client.end();
    }
  };
}

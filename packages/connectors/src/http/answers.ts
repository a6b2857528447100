import type { RejectedRow } from '@millrace/core/connector';

// Every answer is JSON; whatever is wrong is one sentence in `error`.

/** The answer to a post of which every record is acknowledged. */
export function accepted(records: number): Response {
  return answer(202, { accepted: records });
}

/** The first record that is no row of the schema; `record` is its place where the body was a list. */
export function rejected(rows: readonly RejectedRow[], isList: boolean): Response {
  const { row, code, field, sentence } = rows[0]!;
  const place = isList ? { record: row, rejected: rows.length } : {};
  return answer(400, { error: sentence, code, ...(field === '' ? {} : { field }), ...place });
}

/** A post that was not taken, and must be changed before it is. */
export function refused(status: 400 | 404 | 405 | 413 | 415 | 422, error: string, headers: Headers = {}): Response {
  return answer(status, { error }, headers);
}

/** A post that may be taken if it comes again. */
export function later(status: 429 | 503, error: string, headers: Headers = {}): Response {
  return answer(status, { error }, { 'retry-after': '1', ...headers });
}

/** A post that a fault on our side keeps from being taken: repeating it does not help. */
export function failed(error: string): Response {
  return answer(500, { error });
}

type Headers = { readonly [name: string]: string };

function answer(status: number, body: object, headers: Headers = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}

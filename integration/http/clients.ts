/** Clients that post one record after another, and repeat each until it is acknowledged. */
export interface Clients {
  /** The ids that were acknowledged, when there is nothing more to post or the clients were stopped. */
  readonly done: Promise<readonly string[]>;
  /** The statuses of all answers that were no acknowledgement. */
  readonly refused: readonly number[];
  /** How many were acknowledged up to now. */
  count(): number;
  /** Resolves when so many have been acknowledged. */
  acknowledged(count: number): Promise<void>;
  /** Resolves when the next answer of that status has come. */
  refusal(status: number): Promise<void>;
  /** Lets clients end that would repeat what was refused. */
  stop(): void;
}

/** Starts so many clients at once. With `keys`, each record has an `Idempotency-Key` of its own. */
export function clients(
  url: string,
  howMany: number,
  record: (n: number) => { readonly id: string; readonly likes: number } | undefined,
  { keys = false }: { readonly keys?: boolean } = {},
): Clients {
  const acknowledged: string[] = [];
  const refused: number[] = [];
  let next = 0;
  let isStopped = false;

  async function one(): Promise<void> {
    for (let row = record(next++); row !== undefined && !isStopped; row = record(next++)) {
      while (!isStopped) {
        const status = await post(url, JSON.stringify(row), keys ? row.id : undefined);
        if (status === 202) {
          acknowledged.push(row.id);
          break;
        }
        if (status !== undefined) refused.push(status);
        await pause(5);
      }
    }
  }

  return {
    done: Promise.all(Array.from({ length: howMany }, one)).then(() => acknowledged),
    refused,
    count: () => acknowledged.length,
    async acknowledged(count) {
      while (acknowledged.length < count) await pause(5);
    },
    async refusal(status) {
      const before = refused.length;
      while (!refused.slice(before).includes(status)) await pause(5);
    },
    stop() {
      isStopped = true;
    },
  };
}

/** The status; undefined where there is no server, or no answer of it. */
async function post(url: string, body: string, key: string | undefined): Promise<number | undefined> {
  const headers = { 'content-type': 'application/json', ...(key === undefined ? {} : { 'idempotency-key': key }) };
  try {
    const answer = await fetch(url, { method: 'POST', headers, body });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return undefined;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

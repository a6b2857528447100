import { fieldsText, millraceError, type Fields } from '@millrace/core';
import type { Reply } from './connection.js';
import type { Opened } from './opened.js';

/** What the head of a view, or the record of a history, says. */
export type Record = ReadonlyMap<string, string>;

/** The answer of `HGETALL`. */
export function recordOf(reply: Reply): Record {
  const flat = (reply ?? []) as readonly string[];
  return new Map(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1]!] as const] : [])));
}

/** The last checkpoint that a head or a history has whole; −1 for none. */
export function publishedOf(record: Record): number {
  return Number(record.get('published') ?? -1);
}

/** Asks for the head, and for the record of this history; says that this owner is here. */
export async function enter(opened: Opened): Promise<{ readonly head: Record; readonly history: Record }> {
  const { server, head, context, part } = opened;
  const args = [context.lineage, part, context.epoch, context.publish];
  const [reply] = await server.ask({ script: 'enter', key: head, args });
  const [state, first, second] = reply as readonly Reply[];
  const found = { head: recordOf(first), history: recordOf(second) };
  if (state === 'foreign') throw foreign(opened, found.head.get('lineage'), found.head.get('job'));
  if (state === 'busy') throw busy(opened, found.head.get('job'));
  return found;
}

/** The head and the record of this history as they are now. */
export async function look({ server, head, part }: Opened): Promise<Awaited<ReturnType<typeof enter>>> {
  // In this order: what was aside before it was shown is found twice, and never nowhere.
  const [history, shown] = await server.ask(
    { command: 'HGETALL', args: [`${head}:lineage:${part}`] },
    { command: 'HGETALL', args: [head] },
  );
  return { head: recordOf(shown), history: recordOf(history) };
}

/** Says that what is there is another lineage's. */
export function foreign({ label, context }: Opened, lineage: Reply, job: Reply): Error {
  const owner = `job "${String(job)}", lineage ${String(lineage)}`;
  return millraceError('MILLRACE_LINEAGE_FOREIGN', { sink: label, owner, job: context.job });
}

/** Says that what is there cannot be replaced while its owner is at work. */
export function busy(opened: Opened, job: string | undefined): Error {
  return unfit(opened, `its owner, job "${job}", is running`, `Stop job "${job}" before its result is replaced.`);
}

/** How far this history is: in the view, or in what it builds aside. */
export function progressOf({ context }: Opened, { head, history }: Awaited<ReturnType<typeof enter>>): Record {
  if (head.get('lineage') === context.lineage) return context.domain === undefined ? head : history;
  return context.publish === 'replace' ? history : new Map();
}

/**
 * Compares what is there with what the run would write.
 *
 * @throws MillraceError `MILLRACE_FIELD_MISSING`, `MILLRACE_FIELD_COLLISION`, `MILLRACE_SINK_UNFIT`, `MILLRACE_SINK_AHEAD`.
 */
export function requireFit(opened: Opened, found: Awaited<ReturnType<typeof enter>>): void {
  const { label, context } = opened;
  const { fields } = context.schema;
  const { head } = found;
  if (head.get('lineage') === context.lineage) {
    const shown = fieldsText(JSON.parse(head.get('fields')!) as Fields);
    if (shown !== fieldsText(fields)) {
      throw unfit(opened, `it shows ${shown}, and the output has ${fieldsText(fields)}`, 'Give the view another name.');
    }
    const key = JSON.parse(head.get('key')!) as readonly string[];
    if (key.join('\0') !== opened.key.join('\0')) {
      const problem = `its rows have the key (${key.join(', ')}), and the view says (${opened.key.join(', ')})`;
      throw unfit(opened, problem, 'Give the view another name, or the key that it had.');
    }
  }
  const progress = progressOf(opened, found);
  // Of one that was shown in part there is no way back either.
  const published = Math.max(publishedOf(progress), Number(progress.get('partial') ?? -1));
  if (published <= context.restored) return;
  throw millraceError('MILLRACE_SINK_AHEAD', { sink: label, published, restored: context.restored });
}

/** Says that a view cannot take the output. */
export function unfit({ label, context }: Opened, problem: string, fix: string): Error {
  return millraceError('MILLRACE_SINK_UNFIT', { sink: label, output: context.output, problem, fix });
}

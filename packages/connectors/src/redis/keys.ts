// The names of a view's keys, all in one hash slot, since all begin with the same hash tag:
//
//   {millrace:popularity}                 hash    the head: whose the view is, how far, and the generation that is shown
//   {millrace:popularity}:3:["art",…]     hash    a row of generation 3: a field per column, and the rank of the row
//   {millrace:popularity}:3:times         zset    the keys of generation 3 by event time in ms
//   {millrace:popularity}:generation      number  the last generation that was begun
//   {millrace:popularity}:early           hash    whose early rows are shown; they are a generation of their own, early-<id>
//   {millrace:popularity}:lineage:<id>    hash    the epoch of a history, and what it builds aside; of a part of one, <id>/p0,
//                                                 how far it is
//   {millrace:popularity}:stages:<id>     hash    its stages; the rows of one are texts: …:stage:<stage>:<number>
//   {millrace:popularity}:parts:<id>      set     the parts of a history that a group has spread
//   {millrace:popularity}:holders         zset    who is at work, by the time until which that is believed
//   {millrace:popularity}:garbage         set     generations and histories that nobody sees any more

/** The field of a row that ranks it. */
export const rankField = 'millrace_rank';

/** The head of a view, with which all of its keys begin. */
export function headKey(prefix: string, name: string): string {
  return `{${prefix}:${name.replaceAll(/[%:{}]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)}}`;
}

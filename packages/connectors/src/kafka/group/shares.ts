/** A member of a group, as whoever leads it sees it. */
export interface GroupMemberState {
  readonly id: string;
  /** The partitions that it has so far; two members may both believe to have one. */
  readonly owned: readonly number[];
  /** Whether it can work on some partitions without the others. */
  readonly spread: boolean;
}

/**
 * Who works on which partition from now on: each on one member, their numbers equal but for one, and as few as possible
 * moved. Where a member cannot do with a part, all go to one: to whoever has them.
 */
export function sharesOf(
  members: readonly GroupMemberState[],
  partitions: number,
): ReadonlyMap<string, readonly number[]> {
  const inOrder = [...members].sort((a, b) => b.owned.length - a.owned.length || (a.id < b.id ? -1 : 1));
  const shares = new Map<string, number[]>(inOrder.map(({ id }) => [id, []]));
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  if (!members.every(({ spread }) => spread)) {
    shares.get(inOrder[0]!.id)!.push(...all);
    return shares;
  }
  const free = new Set(all);
  const least = Math.floor(partitions / members.length);
  let larger = partitions % members.length;
  for (const { id, owned } of inOrder) {
    const share = shares.get(id)!;
    for (const partition of owned) {
      if (share.length === least && larger === 0) break;
      if (share.length > least || !free.delete(partition)) continue;
      share.push(partition);
      if (share.length > least) larger--;
    }
  }
  for (const partition of free) smallest([...shares.values()]).push(partition);
  return new Map([...shares].map(([id, share]) => [id, share.sort((a, b) => a - b)]));
}

function smallest(shares: readonly number[][]): number[] {
  return shares.reduce((least, share) => (share.length < least.length ? share : least));
}

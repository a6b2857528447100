import type { GroupPositions } from '@millrace/core/connector';

/** One call at a time; what comes meanwhile goes with the next, of each partition the last. */
export function merging(call: (positions: GroupPositions) => Promise<void>): (positions: GroupPositions) => void {
  let next: GroupPositions | undefined;
  let running = false;
  return (positions) => {
    const topics = Object.entries(positions).map(([topic, cut]) => [topic, { ...next?.[topic], ...cut }]);
    next = { ...next, ...(Object.fromEntries(topics) as GroupPositions) };
    if (running) return;
    running = true;
    void (async () => {
      while (next !== undefined) {
        const now = next;
        next = undefined;
        await call(now);
      }
      running = false;
    })();
  };
}

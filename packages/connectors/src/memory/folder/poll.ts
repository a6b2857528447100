/** How often a folder is looked at while somebody waits: other processes cannot call back. */
const pollEveryMs = 25;

/** Calls listeners when this process has changed something, and from time to time, as others may have. */
export function poll(): {
  readonly changed: () => void;
  readonly watch: (listener: () => void) => () => void;
} {
  const listeners = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;
  const changed = (): void => {
    for (const listener of [...listeners]) listener();
  };
  return {
    changed,
    watch(listener) {
      listeners.add(listener);
      // Keeps the process alive as long as somebody waits: what is waited for comes from outside of it.
      timer ??= setInterval(changed, pollEveryMs);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}

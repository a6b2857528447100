/**
 * Keeps the first error of a run. RxJS reports what a subscriber throws later and to nobody we know; here it is caught
 * at the subscriber, and nothing moves after it.
 */
export interface FirstFailure {
  readonly failed: { readonly error: unknown } | undefined;
  /** Does it unless something has failed before. */
  attempt(action: () => void): void;
}

/** Nothing has failed yet. */
export function firstFailure(): FirstFailure {
  let failed: { readonly error: unknown } | undefined;
  return {
    get failed() {
      return failed;
    },
    attempt(action) {
      if (failed !== undefined) return;
      try {
        action();
      } catch (error) {
        // An inner attempt may have been first.
        failed ??= { error };
      }
    },
  };
}

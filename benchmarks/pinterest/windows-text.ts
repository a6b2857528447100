/** One row of the answer. */
export interface PinWindow {
  readonly windowStart: Date;
  readonly category: string;
  readonly pins: number;
  readonly followers: number | null;
  readonly most: number | null;
}

/** An answer as text, the same for every engine that is right: tab-separated, by window and category. */
export function windowsText(windows: readonly PinWindow[]): string {
  const lines = windows.map(({ windowStart, category, pins, followers, most }) => {
    const start = windowStart.toISOString().replace('.000Z', 'Z');
    return [start, category, pins, followers ?? '', most ?? ''].join('\t');
  });
  return lines
    .sort()
    .map((line) => `${line}\n`)
    .join('');
}

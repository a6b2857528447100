import { styleText } from 'node:util';

/** Where the demo shows itself: one live line on a terminal; elsewhere a plain line now and then. */
export interface Screen {
  /** A line that stays. */
  line(text?: string): void;
  /** What is going on now; the next call takes its place. */
  progress(text: string): void;
  /** Takes the live line away. */
  clear(): void;
  style(name: Style, text: string): string;
}

export type Style = 'dim' | 'bold' | 'green' | 'red' | 'cyan';

const plainEveryMs = 2_000;
const clearLine = '\r\u001b[2K';

/** A screen on a stream, stdout as a rule. */
export function screenOn(stream: NodeJS.WriteStream): Screen {
  const isLive = stream.isTTY;
  const hasColour = isLive && process.env['NO_COLOR'] === undefined;
  let isShown = false;
  let plainAt = performance.now();
  const clear = (): void => {
    if (isShown) stream.write(clearLine);
    isShown = false;
  };
  return {
    line(text = '') {
      clear();
      plainAt = performance.now();
      stream.write(`${text}\n`);
    },
    progress(text) {
      if (isLive) {
        // Some terminals say that they have no columns.
        stream.write(`${clearLine}${text.slice(0, (stream.columns || 80) - 1)}`);
        isShown = true;
      } else if (performance.now() - plainAt >= plainEveryMs) {
        plainAt = performance.now();
        stream.write(`${text}\n`);
      }
    },
    clear,
    style: (name, text) => (hasColour ? styleText(name, text) : text),
  };
}

/** A whole number with its thousands apart. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** How much of something is there, in `width` characters. */
export function bar(share: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}

/** Rows of cells as lines, all but the first column to the right. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('   '),
  );
}

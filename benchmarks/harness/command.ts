import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface Command {
  readonly suites: readonly string[];
  readonly records: number | undefined;
  readonly repeat: number;
  readonly engines: readonly string[] | undefined;
  readonly profile: boolean;
}

export const usage = `npm run bench -- [suite …] [--records N] [--repeat N] [--engines a,b] [--profile]
npm run bench -- compare before.json after.json`;

/** Fewer runs are a trial. */
export const repeatByDefault = 5;

/** Reads the command line. Throws an Error with one sentence where it can not be meant. */
export function commandOf(args: readonly string[], known: readonly string[]): Command {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      records: { type: 'string' },
      repeat: { type: 'string' },
      engines: { type: 'string' },
      profile: { type: 'boolean', default: false },
    },
  });
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`There is no suite ${unknown}. There are: ${known.join(', ')}.`);
  return {
    suites: positionals.length === 0 ? known : positionals,
    records: wholeNumber('records', values.records),
    repeat: wholeNumber('repeat', values.repeat) ?? repeatByDefault,
    engines: values.engines?.split(','),
    profile: values.profile,
  };
}

function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text.replaceAll('_', ''));
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`--${option} is "${text}", which is no whole number above 0.`);
  return value;
}

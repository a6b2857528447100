import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Thrown } from './page.js';
import { strangersProject, type StrangersProject } from './stranger.js';

// The five mistakes that everybody makes, and a few more, in a project that has installed the packages.

const lines = readFileSync(join(import.meta.dirname, 'mistakes.mjs'), 'utf8')
  .split('\n')
  .flatMap((line, at) => (line.trim() === '// ↓' ? [at + 2] : []));

/** What each mistake says, without its last line, `where`. */
const sayings: readonly (readonly [string, string])[] = [
  [
    'a misspelt field',
    `MILLRACE_FIELD_MISSING  aggregate groups by "categroy", which its input does not have.
  fix    Write 'category'. The input has: unique_id, category, follower_count, at.`,
  ],
  [
    'text where a number is due',
    `MILLRACE_FIELD_KIND  aggregate takes the sum of "follower_count", which is utf8 where int32, float64 or decimal is needed.
  fix    Take another field, or turn "follower_count" into int32, float64 or decimal before, for instance with clean({ … }).`,
  ],
  [
    'a missing sink',
    `MILLRACE_SINK_MISSING  Job "pins" has no sink for its output "copy".
  fix    Add sinks: { copy: … }.`,
  ],
  [
    'no sinks at all',
    `MILLRACE_SINK_MISSING  Job "pins" has no sink for its output "pins".
  fix    Add sinks: { pins: … }.`,
  ],
  [
    'a topic with a schema for a sink',
    `MILLRACE_SINK_UNFIT  memory topic "results" cannot take the output "pins": with a schema it is a source, and no sink.
  fix    Leave the schema out: a topic or table that is a sink takes none.`,
  ],
  [
    'two operators of the same state name',
    `MILLRACE_STATE_NAME_TAKEN  The state name "once" is used by 2 operators: dedup(unique_id) at PROGRAM:2-ABOVE:11 and dedup(category) at PROGRAM:0-ABOVE:11.
  fix    Give one of them a name of its own: { name: '…' }, other than "once".`,
  ],
  [
    "a lake folder that is another table's",
    `MILLRACE_TABLE_FOREIGN  lake table "pins" (folder LAKE) is not the right table: it archives the topic "pins".
  fix    Give the sink a table of another name.`,
  ],
  [
    "a lake in another table's folder",
    `MILLRACE_TABLE_FOREIGN  lake table "results" (folder LAKE/pins) is not the right table: it lies in the folder of another table (LAKE/pins).
  fix    Give the lake a root that is no table.`,
  ],
  [
    'a lake folder with Parquet files of another program',
    `MILLRACE_TABLE_FOREIGN  lake table "others" (folder LAKE) is not the right table: its folder has no log, and Parquet files that Millrace has not written (data_0.parquet).
  fix    Give the table another name, or move those files elsewhere.`,
  ],
  [
    'a graph that gives no flow',
    `MILLRACE_JOB_INVALID  Job "pins" has an output "pins" that is no Flow.
  fix    Return flows by name from the graph: return { pins, popularity }.`,
  ],
  [
    'something else than a graph',
    `MILLRACE_JOB_INVALID  Job "pins" has a graph that is no function.
  fix    Give graph: (input) => ({ output: … }).`,
  ],
  [
    'no source',
    `MILLRACE_JOB_INVALID  Job "pins" has no source.
  fix    Give sources: { live: … }.`,
  ],
  [
    'something else than a job',
    `MILLRACE_JOB_INVALID  The job that was to be run is none.
  fix    Give run() and start() what defineJob(…) or archive(…) has returned.`,
  ],
];

let folder: string;
let project: StrangersProject;

beforeAll(() => {
  // As the runtime names it: on some systems the folder for temporary files is a link.
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'millrace strangers (1)-')));
  project = strangersProject(folder);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe.each([
  ['node', []],
  ['node', ['--enable-source-maps']],
  ['tsx', []],
] as const)('%s %s', (command, options) => {
  test('a mistake says in one sentence what is wrong, what to change, and on which line', async () => {
    const lakeFolder = join(folder, `lake-${command}-${options.length}`);
    const printed = await project.run(command, 'mistakes.mjs', { options, args: [lakeFolder] });
    const thrown = JSON.parse(printed) as Record<string, Thrown>;
    const program = join(folder, command === 'tsx' ? 'mistakes.ts' : 'mistakes.mjs');
    expect(Object.keys(thrown)).toEqual(sayings.map(([name]) => name));
    sayings.forEach(([name, saying], i) => {
      const { message, where } = thrown[name]!;
      const lastLine = `  where  ${where ?? ''}`;
      const said = saying
        .replaceAll('PROGRAM', program)
        .replaceAll(/(\d)-ABOVE/g, (_, above) => String(lines[i]! - Number(above)))
        .replaceAll('LAKE', lakeFolder);
      expect(message).toBe(`${said}\n${lastLine}`);
      expect({ name, where: where?.replace(/:\d+$/, '') }).toEqual({ name, where: `${program}:${lines[i]!}` });
    });
  });
});

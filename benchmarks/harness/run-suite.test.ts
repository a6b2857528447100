import { describe, expect, test } from 'vitest';
import { markdownOf } from './markdown.js';
import { runSuite, type SuiteRun } from './run-suite.js';
import type { Measures, Suite } from './suite.js';
import type { Outcome, Task } from './task.js';
import { verdictsOf } from './verdicts.js';

const suite: Suite = {
  title: 'A question',
  question: 'What is it?',
  records: 100,
  prepare: async (records) => ({ description: `${records} records`, sha256: '00' }),
  answer: (records) => `row\t${records}\nrow 2\n`,
  targets: [
    { competitor: 'slow', measure: 'wallMs', atLeast: 6 },
    { competitor: 'slow', measure: 'wallMs', atLeast: 4 },
  ],
};

const machine = { processor: 'P', cores: 2, memoryGb: 8, system: 'S', node: 'v20', commit: 'abc' };
const measures = (wallMs: number): Measures => ({ wallMs, cpuMs: wallMs * 1.5, peakMb: 100 });
const times: { readonly [engine: string]: number } = { millrace: 10, slow: 50, fast: 5, wrong: 1, broken: 1 };

function fakeWork({ engine, records }: Task): Promise<Outcome> {
  if (engine === 'broken') return Promise.resolve({ kind: 'failed', problem: 'It fell over.\n  at somewhere' });
  const answer = engine === 'wrong' ? `row\t${records}\nrow 3\n` : suite.answer(records);
  return Promise.resolve({ kind: 'answered', answer, measures: measures(times[engine]!), settings: { threads: 1 } });
}

async function runOf(
  engines: readonly string[],
  scales = [1],
): Promise<{ run: SuiteRun; tasks: Task[]; lines: string[] }> {
  const tasks: Task[] = [];
  const lines: string[] = [];
  const work = (task: Task): Promise<Outcome> => {
    tasks.push(task);
    return fakeWork(task);
  };
  const run = await runSuite('a', { ...suite, scales }, { records: 100, repeat: 3, engines }, work, (line) =>
    lines.push(line),
  );
  return { run, tasks, lines };
}

describe('a run of a suite', () => {
  test('asks in turns, each round from another engine on, and keeps every sample', async () => {
    const { run, tasks } = await runOf(['millrace', 'slow', 'fast']);
    expect(tasks.map(({ engine }) => engine).join(' ')).toBe(
      'millrace slow fast slow fast millrace fast millrace slow',
    );
    expect(tasks[0]).toEqual({ suite: 'a', engine: 'millrace', records: 100, warmUpRecords: 10 });
    expect(run.competitors.map(({ samples }) => samples.length)).toEqual([3, 3, 3]);
  });

  test('asks over every scale, and compares with the answer of that scale', async () => {
    const { run, tasks } = await runOf(['millrace'], [1, 10]);
    expect(tasks.map(({ records }) => records)).toEqual([100, 1000, 1000, 100, 100, 1000]);
    expect(run.competitors.map(({ name, status }) => [name, status])).toEqual([
      ['millrace', 'right'],
      ['millrace ×10', 'right'],
    ]);
    expect(verdictsOf(run, []).comparisons.map(({ competitor }) => competitor)).toEqual(['millrace ×10']);
  });

  test('marks who was wrong or failed, does not ask again, and says so', async () => {
    const { run, tasks, lines } = await runOf(['millrace', 'wrong', 'broken']);
    expect(run.competitors.map(({ status, samples }) => [status, samples.length])).toEqual([
      ['right', 3],
      ['wrong', 0],
      ['failed', 0],
    ]);
    expect(run.competitors[1]!.problem).toBe('2 rows instead of 2; row 2 is "row 3" and not "row 2"');
    expect(tasks.filter(({ engine }) => engine === 'wrong' || engine === 'broken')).toHaveLength(2);
    expect(lines.filter((line) => line.includes('wrong: 2 rows'))).toHaveLength(1);
  });
});

describe('the report', () => {
  test('begins with where we lose, by rule', async () => {
    const { run } = await runOf(['millrace', 'slow', 'fast']);
    const verdicts = verdictsOf(run, suite.targets);
    expect(verdicts.losses.map(({ competitor, measure, ratio }) => [competitor, measure, ratio.value])).toEqual([
      ['fast', 'wallMs', 0.5],
      ['fast', 'cpuMs', 0.5],
    ]);
    expect(verdicts.targets.map(({ reached, certain }) => [reached, certain])).toEqual([
      [false, true],
      [true, true],
    ]);
    const text = markdownOf(run, verdicts, machine);
    const lost = text.slice(text.indexOf('## Where we lose'), text.indexOf('## Measured'));
    expect(lost).toContain('fast needs 0.50 (0.50–0.50) of our time');
    expect(lost).toContain('at least 6 times ours: 5.00 (5.00–5.00), missed');
    expect(lost).not.toContain('slow needs');
    expect(text).toContain('| slow | 5.00 (5.00–5.00) | 5.00 (5.00–5.00) | 1.00 (1.00–1.00), no verdict |');
  });

  test('names who was wrong or failed, and charts no figure of theirs', async () => {
    const { run } = await runOf(['millrace', 'wrong', 'broken']);
    const text = markdownOf(run, verdictsOf(run, []), machine);
    expect(text).toContain('- **wrong: wrong**: 2 rows instead of 2');
    expect(text).toContain('- **broken: failed**: It fell over.\n');
    expect(text).not.toMatch(/^\| (wrong|broken)/m);
    expect(text).toMatch(/^\| millrace/m);
  });

  test('compares nothing where our own answer is wrong', async () => {
    const { run } = await runOf(['wrong', 'slow']);
    const verdicts = verdictsOf(run, suite.targets);
    expect(verdicts).toMatchObject({ comparisons: [], losses: [], targets: [] });
    expect(verdicts.medians.map(({ competitor }) => competitor)).toEqual(['slow']);
  });
});

import { setTimeout } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { faultPoints, randomOf, runsOf, seedOf, type Random } from '@millrace/core/testing';
import { pinRecords } from '../laws/pin-records.js';
import { sharedServices } from '../services/services.js';
import { life, undisturbed, type Death, type Settings } from './servers/process.js';
import { settingWith, type Setting } from './servers/setting.js';
import { shownBy, tableRows } from './servers/shown.js';

// A job on Kafka with sinks on Postgres, Redis, Kafka and a lake on S3, and its checkpoints there too, is killed again and
// again: at every await around stage, commit and publish, and at no moment in particular. In the end all is as if it had
// been left alone. (The servers that it needs: kafka, redis, postgres, s3.)

const seed = seedOf();
const kills = runsOf(12);
const outputs = ['pins', 'totals', 'minutes', 'table', 'sliding', 'sessions', 'late', 'rejected'];

const moments = [
  ...faultPoints.filter((point) => point !== 'batch pushed' && point !== 'time log applied'),
  ...outputs.flatMap((output) =>
    ['stage', 'publish'].flatMap((step) => [`before ${output} ${step}`, `after ${output} ${step}`]),
  ),
  'before manifest',
  'after manifest',
];

function settingsOf({ addresses, topic, bucket }: Setting, prefix: string): Settings {
  const common = { addresses, topic: topic.name, bucket, prefix };
  return { ...common, mode: 'live', checkpointEvery: '60ms', batchRows: 5 };
}

/** What a job leaves that is killed in these ways, one after the other, and then left alone; and one that always was. */
async function expectWhole(setting: Setting, deaths: readonly Death[], given: Partial<Settings>): Promise<void> {
  const alone = setting.prefix('alone');
  const expected = await undisturbed({ ...settingsOf(setting, alone), batchRows: 1000 });
  const killed = setting.prefix('killed');
  const settings = { ...settingsOf(setting, killed), ...given };
  let before = new Set<string>();
  for (const [i, death] of deaths.entries()) {
    const outcome = await life({ ...settings, tasks: 1 + (i % 3), paceMs: 4 }, death).outcome;
    expect(outcome, JSON.stringify(death)).toBe('killed');
    const rows = await tableRows(setting.addresses.postgres, `${killed}_pins`);
    expect(new Set(rows).size).toBe(rows.length);
    expect([...before].filter((row) => !rows.includes(row))).toEqual([]);
    before = new Set(rows);
  }
  const result = await undisturbed({ ...settings, batchRows: 1000 });
  expect({ outputs: result.outputs, ledger: result.ledger }).toEqual({
    outputs: expected.outputs,
    ledger: expected.ledger,
  });
  expect(before.size).toBeGreaterThan(0);
  expect(before.size).toBeLessThan(result.outputs['pins']!.rows);
  expect(await shownBy(setting, killed)).toEqual(await shownBy(setting, alone));
}

function anyDeath(random: Random): Death {
  if (random.below(3) === 0) return { moment: random.pick(moments), visit: 1 + random.below(2) };
  const line = random.pick(['started', 'running', 'running', 'Checkpoint committed.'] as const);
  return { line, afterMs: random.below(line === 'started' ? 1000 : 250) };
}

it(
  `killed at each of ${moments.length} moments around a checkpoint, nothing is lost or doubled (seed ${seed})`,
  async () => {
    expect(sharedServices().redis).toBeDefined();
    const setting = await settingWith(pinRecords(seed, 3, 3000));
    await expectWhole(setting, moments.map((moment) => ({ moment, visit: 1 })), {}); // prettier-ignore
  },
  runsOf(600_000),
);

it(
  `killed ${kills} times at random (seed ${seed})`,
  async () => {
    const random = randomOf(seed);
    const setting = await settingWith(pinRecords(seed, 3, 150 * kills));
    await expectWhole(setting, Array.from({ length: kills }, () => anyDeath(random)), {}); // prettier-ignore
  },
  runsOf(600_000),
);

it(
  `a process that sleeps while another takes over wakes up to nothing, whatever it was at (seed ${seed})`,
  async () => {
    const random = randomOf(seed);
    const setting = await settingWith(pinRecords(seed, 3, 600));
    const alone = setting.prefix('alone');
    const expected = await undisturbed({ ...settingsOf(setting, alone), batchRows: 1000 });
    const overtaken = setting.prefix('overtaken');
    const settings = { ...settingsOf(setting, overtaken), paceMs: 4 };
    const sleepers = [];
    for (let i = 0; i < runsOf(4); i++) {
      const sleeper = life(settings);
      onTestFinished(() => void sleeper.process.kill('SIGKILL'));
      await sleeper.running;
      await setTimeout(random.below(150));
      sleeper.process.kill('SIGSTOP');
      sleepers.push(sleeper);
      // One of them wakes while the next is at work.
      if (i % 2 === 1) sleepers[i - 1]!.process.kill('SIGCONT');
    }
    const result = await undisturbed({ ...settings, paceMs: 0, batchRows: 1000 });
    for (const { process } of sleepers) process.kill('SIGCONT');
    for (const { outcome } of sleepers) expect(await outcome).toMatch(/^failed MILLRACE_OWNERSHIP_LOST/);
    expect({ outputs: result.outputs, ledger: result.ledger }).toEqual({
      outputs: expected.outputs,
      ledger: expected.ledger,
    });
    expect(await shownBy(setting, overtaken)).toEqual(await shownBy(setting, alone));
  },
  runsOf(600_000),
);

it(
  `case 40 (a): SIGTERM at any moment ends in order, and loses and doubles nothing (seed ${seed})`,
  async () => {
    const random = randomOf(seed);
    const setting = await settingWith(pinRecords(seed, 3, 1500));
    const alone = setting.prefix('alone');
    const expected = await undisturbed({ ...settingsOf(setting, alone), batchRows: 1000 });
    const stopped = setting.prefix('stopped');
    const settings: Settings = { ...settingsOf(setting, stopped), paceMs: 4 };
    for (let i = 0; i < runsOf(6); i++) {
      const { process, running, outcome } = life(settings);
      onTestFinished(() => void process.kill('SIGKILL'));
      await running;
      await setTimeout(random.below(200));
      process.kill('SIGTERM');
      expect(await outcome).toMatchObject({ ended: 'stopped' });
    }
    const result = await undisturbed({ ...settings, paceMs: 0, batchRows: 1000 });
    expect({ outputs: result.outputs, ledger: result.ledger }).toEqual({
      outputs: expected.outputs,
      ledger: expected.ledger,
    });
    expect(await shownBy(setting, stopped)).toEqual(await shownBy(setting, alone));
  },
  runsOf(600_000),
);

import { expect, it } from 'vitest';
import { randomOf, runsOf, seedOf, type TestRecord } from '@millrace/core/testing';
import { pinRecords } from '../laws/pin-records.js';
import { sharedServices } from '../services/services.js';
import { life, undisturbed, type Settings } from './servers/process.js';
import { fill, settingWith, type Setting } from './servers/setting.js';
import { shownBy } from './servers/shown.js';

// The archive of a topic of Kafka in a lake on S3, and what is replayed from it, killed again and again: the outputs are
// those of the stream. (The servers that it needs: kafka, redis, postgres, s3.)

const seed = seedOf();
const kills = runsOf(8);
const perPartition = 1200;

function settingsOf({ addresses, topic, bucket }: Setting, prefix: string): Settings {
  const common = { addresses, topic: topic.name, bucket, prefix };
  return { ...common, mode: 'live', checkpointEvery: '60ms', batchRows: 1000 };
}

async function emptySetting(): Promise<{ setting: Setting; records: TestRecord[][] }> {
  expect(sharedServices().redis).toBeDefined();
  return { setting: await settingWith([[], [], []]), records: pinRecords(seed, 3, perPartition) };
}

/** Archives what is in the topic now, by processes that are killed and one that is not. */
async function archived(setting: Setting, timesKilled: number): Promise<void> {
  const random = randomOf(seed);
  const settings = { ...settingsOf(setting, 'archive'), archiving: true };
  for (let killed = 0; killed < timesKilled;) {
    const line = random.pick(['started', 'running'] as const);
    const outcome = await life(settings, {
      line: 'started',
      afterMs: 300 + random.below(line === 'started' ? 300 : 900),
    }).outcome;
    if (outcome === 'killed') killed++;
    else break;
  }
  await undisturbed(settings);
}

async function expectSame(setting: Setting, replayed: Settings): Promise<void> {
  const alone = setting.prefix('alone');
  const expected = await undisturbed(settingsOf(setting, alone));
  const { outputs, ledger } = await undisturbed(replayed);
  expect({ outputs, ledger }).toEqual({ outputs: expected.outputs, ledger: expected.ledger });
  expect(await shownBy(setting, replayed.prefix)).toEqual(await shownBy(setting, alone));
}

it(
  `an archive that is killed ${kills} times replays what the stream gave (seed ${seed})`,
  async () => {
    const { setting, records } = await emptySetting();
    await fill(setting.topic, records);
    await archived(setting, kills);
    await expectSame(setting, { ...settingsOf(setting, setting.prefix('replayed')), mode: 'replay' });
  },
  runsOf(600_000),
);

it(
  `a hand-off from the lake to the topic that is killed ${kills} times gives what the stream gave (seed ${seed})`,
  async () => {
    const random = randomOf(seed);
    const { setting, records } = await emptySetting();
    // So few of them that most lives are spent around the hand-off.
    await fill(setting.topic, records.map((partition) => partition.slice(0, 150))); // prettier-ignore
    await archived(setting, 0);
    await fill(setting.topic, records.map((partition) => partition.slice(150))); // prettier-ignore
    const settings: Settings = {
      ...settingsOf(setting, setting.prefix('handed')),
      mode: 'both',
      atEnd: 'flush',
      end: 'now',
    };
    for (let killed = 0; killed < kills; killed++) {
      const death = { line: random.pick(['running', 'Checkpoint committed.'] as const), afterMs: random.below(200) };
      expect(await life({ ...settings, batchRows: 5, paceMs: 6 }, death).outcome).toBe('killed');
    }
    await expectSame(setting, settings);
  },
  runsOf(600_000),
);

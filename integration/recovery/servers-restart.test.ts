import { setTimeout } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { runsOf, seedOf } from '@millrace/core/testing';
import { pinRecords } from '../laws/pin-records.js';
import type { RunningService } from '../services/services.js';
import { ownServers, serverNames, settingOn } from './servers/own-servers.js';
import { life, undisturbed, type Settings } from './servers/process.js';
import { fill } from './servers/setting.js';
import { shownBy } from './servers/shown.js';

// Every server that a job uses goes away while it runs, and comes back: the job waits, and loses and doubles nothing.

const seed = seedOf();
const rounds = runsOf(1);
/** Away, and back with all that it had acknowledged. */
async function killed(server: RunningService): Promise<void> {
  await server.kill();
  await setTimeout(500);
  await server.restart();
}

/** Keeps its connections, and says nothing for a while. */
async function paused(server: RunningService): Promise<void> {
  server.pause();
  await setTimeout(1500);
  server.resume();
}

it(
  `servers that are killed and paused in turn are waited for (seed ${seed})`,
  async () => {
    const servers = await ownServers();
    const setting = await settingOn(servers);
    const { addresses, topic, bucket } = setting;
    await fill(topic, pinRecords(seed, 3, 3000 * rounds));
    const settings = (name: string): Settings => ({
      addresses,
      topic: topic.name,
      bucket,
      prefix: setting.prefix(name),
      mode: 'live',
      checkpointEvery: '60ms',
    });
    const alone = settings('alone');
    const expected = await undisturbed(alone);
    const disturbed = { ...settings('disturbed'), batchRows: 5, paceMs: 10 };
    const { process, running, outcome } = life(disturbed);
    onTestFinished(() => void process.kill('SIGKILL'));
    let ended: unknown;
    const result = outcome.then((value) => (ended = value));
    // A server that is away when a run begins ends it: it may be the wrong one.
    await Promise.race([running, result]);
    for (const fault of Array.from({ length: rounds }, () => [killed, paused]).flat()) {
      for (const name of serverNames) {
        // Between two checkpoints, or within one.
        await setTimeout(700);
        expect(ended, `the job has ended before ${name} was ${fault.name}`).toBeUndefined();
        await fault(servers[name]);
      }
    }
    expect(await result).toMatchObject({ outputs: expected.outputs, ledger: expected.ledger });
    expect(await shownBy(setting, disturbed.prefix)).toEqual(await shownBy(setting, alone.prefix));
  },
  runsOf(600_000),
);

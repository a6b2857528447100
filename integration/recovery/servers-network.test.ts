import { setTimeout } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { randomOf, runsOf, seedOf } from '@millrace/core/testing';
import { pinRecords } from '../laws/pin-records.js';
import type { ServiceName } from '../services/services.js';
import { tcpProxy, type TcpProxy } from '../services/tcp-proxy.js';
import { ownServers, serverNames, settingOn, type Servers } from './servers/own-servers.js';
import { life, undisturbed, type Settings } from './servers/process.js';
import { fill, type Addresses } from './servers/setting.js';
import { shownBy } from './servers/shown.js';

// Between a job and each of its servers stands what cuts connections, loses requests and answers, and keeps them back.

const seed = seedOf();
const rounds = runsOf(1);

const faults: { readonly [name: string]: (proxy: TcpProxy) => Promise<void> | void } = {
  cut: (proxy) => proxy.cut(),
  'lost answers': (proxy) => proxy.dropAnswers(3),
  'lost requests': (proxy) => proxy.dropRequests(3),
  async delay(proxy) {
    proxy.delay(120);
    await setTimeout(800);
    proxy.delay(0);
  },
};

async function proxiesOf(servers: Servers): Promise<Readonly<Record<ServiceName, TcpProxy>>> {
  const proxies = await Promise.all(
    serverNames.map(async (name) => [name, await tcpProxy(servers[name].port)] as const),
  );
  onTestFinished(async () => {
    await Promise.all(proxies.map(([, proxy]) => proxy.close()));
  });
  return Object.fromEntries(proxies) as Record<ServiceName, TcpProxy>;
}

it(
  `networks that cut, lose and delay change nothing (seed ${seed})`,
  async () => {
    const random = randomOf(seed);
    const servers = await ownServers();
    const setting = await settingOn(servers);
    const { addresses, topic, bucket } = setting;
    await fill(topic, pinRecords(seed, 3, 3000 * rounds));
    const settings = (name: string, by: Addresses): Settings => ({
      addresses: by,
      topic: topic.name,
      bucket,
      prefix: setting.prefix(name),
      mode: 'live',
      checkpointEvery: '60ms',
    });
    const alone = settings('alone', addresses);
    const expected = await undisturbed(alone);

    const proxies = await proxiesOf(servers);
    const through = (name: ServiceName): string =>
      servers[name].url.replace(`:${servers[name].port}`, `:${proxies[name].port}`);
    const bent: Addresses = {
      kafka: addresses.kafka,
      kafkaThrough: proxies.kafka.port,
      redis: through('redis'),
      postgres: through('postgres'),
      s3: { ...addresses.s3, endpoint: through('s3') },
    };
    const disturbed: Settings = { ...settings('disturbed', bent), batchRows: 5, paceMs: 8 };
    const { process, running, outcome } = life(disturbed);
    onTestFinished(() => void process.kill('SIGKILL'));
    let ended: unknown;
    const result = outcome.then((value) => (ended = value));
    await Promise.race([running, result]);
    for (const [fault, disturb] of Array.from({ length: rounds }, () => Object.entries(faults)).flat()) {
      for (const name of serverNames) {
        await setTimeout(random.below(400));
        expect(ended, `the job has ended before ${fault} of ${name}`).toBeUndefined();
        await disturb(proxies[name]);
      }
    }
    expect(await result).toMatchObject({ outputs: expected.outputs, ledger: expected.ledger });
    for (const name of serverNames) expect(proxies[name].cuts, name).toBeGreaterThan(5);
    expect(await shownBy(setting, disturbed.prefix)).toEqual(await shownBy(setting, alone.prefix));
  },
  runsOf(600_000),
);

import { writeFile } from 'node:fs/promises';

/** Writes the settings of a cluster of one: small, quick to start, and quick to notice that it was killed. */
export async function writeSettings(file: string, data: string, port: number, controllerPort: number): Promise<void> {
  const lines = Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': data,
    'auto.create.topics.enable': false,
    ...alone,
    ...patience,
    ...size,
  }).map(([name, value]) => `${name}=${String(value)}`);
  await writeFile(file, `${lines.join('\n')}\n`);
}

/** Internal topics of a cluster of one. */
const alone = {
  'default.replication.factor': 1,
  'min.insync.replicas': 1,
  'offsets.topic.replication.factor': 1,
  'offsets.topic.num.partitions': 1,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'transaction.state.log.num.partitions': 1,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
  'share.coordinator.state.topic.num.partitions': 1,
};

/** Tests join groups, kill brokers and wait for compaction: with the defaults they would mostly wait. */
const patience = {
  'group.initial.rebalance.delay.ms': 0,
  'group.min.session.timeout.ms': 1000,
  'broker.session.timeout.ms': 2000,
  'broker.heartbeat.interval.ms': 250,
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': 1000,
  'log.initial.task.delay.ms': 500,
  'log.retention.check.interval.ms': 1000,
  'log.cleaner.backoff.ms': 500,
};

const size = {
  'num.network.threads': 2,
  'num.io.threads': 4,
  'log.segment.bytes': 16_777_216,
  'log.cleaner.dedupe.buffer.size': 2_097_152,
};

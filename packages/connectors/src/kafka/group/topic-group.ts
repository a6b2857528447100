import { durationMs, type Group } from '@millrace/core/connector';
import { connect } from '../client/client.js';
import type { Connection } from '../client/connection.js';
import { serverFailure } from '../client/failures.js';
import { loadKafkaJs } from '../client/load-kafkajs.js';
import type { GroupOptions } from '../options.js';
import { membership, partitionCount } from './membership.js';

/** The consumer group of that name. Nothing is connected before a job joins it. */
export function topicGroup(connection: Connection, name: string, { sessionTimeout = '10s' }: GroupOptions): Group {
  const label = `kafka group "${name}"`;
  const sessionMs = durationMs(sessionTimeout, { operator: label, option: 'sessionTimeout', above: 0 });
  return {
    label,
    async join(context) {
      const { server, options, patienceMs } = connection;
      const { AssignerProtocol: protocol } = await loadKafkaJs();
      const client = await connect(server, options);
      try {
        for (const topic of context.topics) await partitionCount(client, label, topic);
        return membership({ client, protocol, label, groupId: name, sessionMs, patienceMs, context });
      } catch (error) {
        await client.close();
        throw serverFailure(server, error);
      }
    },
  };
}

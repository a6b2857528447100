import { describe, expect, it } from 'vitest';
import { kafka } from '@millrace/connectors/kafka';
import { batchOf, ContractRow, contextOf, rowsNamed } from '@millrace/connectors/testing';
import { sharedServices } from '../services/services.js';
import { committedRows } from './committed-rows.js';
import { testTopic } from './topics.js';

describe("a topic with delivery: 'at-least-once'", () => {
  it('shows rows before they are published, loses none that a stage has counted, and keeps no topic beside', async () => {
    const brokers = sharedServices().kafka;
    await using topic = await testTopic(brokers, 2);
    const open = () =>
      kafka({ brokers: [brokers] })
        .topic(topic.name, { keyedBy: 'id', delivery: 'at-least-once', compression: 'lz4' })
        .open(contextOf());
    const ids = async () => (await committedRows(brokers, topic.name, ContractRow)).map(({ id }) => id).sort();
    const writer = await open();
    writer.write(batchOf(rowsNamed('a', 'b', 'c')));
    writer.seal(0);
    expect(await writer.stage(0)).toBeNull();
    expect(await ids()).toEqual(['a', 'b', 'c']);
    // The checkpoint was not committed: what it held is written again.
    await writer.close();
    const again = await open();
    again.write(batchOf(rowsNamed('a', 'b', 'c')));
    again.seal(0);
    await again.stage(0);
    await again.publish({ checkpoint: 0, staged: null, final: false });
    expect(await again.published()).toBe(0);
    await again.close();
    expect(await ids()).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
    expect(await topic.admin.listTopics()).not.toContain(`${topic.name}.millrace`);
  });
});

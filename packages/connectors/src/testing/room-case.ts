import assert from 'node:assert/strict';
import type { SinkWriter } from '@millrace/core/connector';
import type { ContractCase } from './contract.js';
import { batchOf, contextOf, rowsNamed } from './sink-rows.js';
import type { SinkSubject } from './sink-subject.js';

// Rows of about a kilobyte, all with other names, so that a view has to keep each.
const rowsPerBatch = 1024;
const rowBytes = 1024;
/** What a sink may take before it asks to wait: more than what those of Millrace take. */
const takenMax = 96 * 1024 * 1024;

/** Law 9: memory is bounded, however long the next checkpoint takes to come. */
export const roomCase: ContractCase<SinkSubject> = {
  name: 'rows beyond what it will hold make it ask to wait, or for a checkpoint, which gives it room',
  async run(subject) {
    const writer = await subject.sink.open(contextOf());
    let rows = 0;
    const write = (): void => {
      const names = Array.from({ length: rowsPerBatch }, (_, i) => `${rows + i}-`.padEnd(rowBytes, 'x'));
      writer.write(batchOf(rowsNamed(...names)));
      rows += rowsPerBatch;
    };
    assert.equal(writer.room(), undefined, 'there is no room before the first row');
    let checkpoint = 0;
    // Twice: what the first time has counted must not count any more.
    for (let time = 0; time < 2; time++) {
      for (let taken = 0; writer.room() === undefined; taken += rowsPerBatch * rowBytes) {
        assert.ok(
          taken < takenMax,
          `it has taken ${taken / 1024 / 1024} MB, and asks neither to wait nor for a checkpoint`,
        );
        write();
      }
      await makeRoom(writer, checkpoint++);
    }
    await publishedAs(writer, checkpoint);
    const visible = await subject.visible();
    assert.equal(new Set(visible).size, rows);
    assert.equal(visible.length, rows);
    await writer.close();
  },
};

/** Does what the sink asks for, as the driver does. */
async function makeRoom(writer: SinkWriter, checkpoint: number): Promise<void> {
  const room = writer.room();
  if (room !== 'stage') {
    await room;
    assert.equal(writer.room(), undefined, 'it asks to wait for what gives no room');
  }
  await publishedAs(writer, checkpoint);
  assert.equal(writer.room(), undefined, 'a checkpoint gives it no room');
}

async function publishedAs(writer: SinkWriter, checkpoint: number): Promise<void> {
  writer.seal(checkpoint);
  await writer.publish({ checkpoint, staged: await writer.stage(checkpoint), final: false });
}

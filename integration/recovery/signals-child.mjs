// Runs the job of pins as a program in production does: until its input ends or a signal asks it to stop. It never calls
// process.exit. `ask` names the moment at which it sends itself the signal, `slow` the call of its checkpoint store that
// takes long.
import { writeSync } from 'node:fs';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { isMillraceError, start, stopOnSignals } from '@millrace/core';
import { folder as store } from '@millrace/core/folder';
import { memory } from '@millrace/connectors/memory';
import { pinJob } from './job/pins.mjs';

const { folder, ask, slow, paceMs = 0, ...options } = JSON.parse(process.argv[2]);

// Written at once: who is killed next has said it.
const say = (line) => writeSync(1, `${line}\n`);

let visits = 0;
const reached = (moment) => {
  if (moment !== ask?.moment || ++visits !== ask.visit) return;
  say('asked');
  process.kill(process.pid, ask.signal ?? 'SIGTERM');
};

let calls = 0;
const isSlow = (call, key) => call === slow?.call && key.includes(slow.key) && ++calls === slow.nth;
const checkpoints = store(`${folder}/checkpoints`);
const delayed = (call) => async (key, bytes) => {
  const late = isSlow(call, key);
  if (late && slow.answered) {
    say('slow');
    await setTimeout(slow.ms);
  }
  const answer = await checkpoints[call](key, bytes);
  if (late && !slow.answered) {
    say('slow');
    await setTimeout(slow.ms);
  }
  return answer;
};

/** The list of pins, which tells of every batch while it is in the graph, and takes one every `paceMs`. */
function toldOf(sink) {
  return {
    ...sink,
    async open(context) {
      const writer = await sink.open(context);
      const write = (batch) => {
        writer.write(batch);
        reached('batch written');
      };
      return { ...writer, write, room: () => (paceMs > 0 ? setTimeout(paceMs) : writer.room()) };
    },
  };
}

const job = pinJob({ folder, checkpoints: { ...checkpoints, put: delayed('put'), create: delayed('create') } });
const handle = start(job, {
  ...options,
  sinks: { pins: toldOf(memory({ folder: `${folder}/data` }).list('pins')) },
  report: false,
  [Symbol.for('millrace.faults')]: reached,
});
stopOnSignals(handle);
// Called after the library's own listener: then it has heard.
process.on('SIGTERM', () => say('heard'));
say('started');
reached('started');
try {
  const result = await handle.done;
  say(`ended ${JSON.stringify(result)}`);
} catch (error) {
  if (!isMillraceError(error)) throw error;
  say(`failed ${error.code}`);
}
process.removeAllListeners('SIGTERM');

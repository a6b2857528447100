// Runs a job of a topic in a folder with views on Redis, and says how far it is.
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { isMillraceError, run } from '@millrace/core';
import { pinsJob } from './pins-job.mjs';

const { url, folder, prefix, paceMs = 0, ...options } = JSON.parse(process.argv[2]);
const say = (line) => process.stdout.write(`${line}\n`);
const logger = {
  debug: (_, message) => say(message),
  info: () => undefined,
  warn: () => undefined,
  error: (fields, message) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`),
};
// So slow that there is a middle to be killed in.
const paced = (sink) => ({
  ...sink,
  async open(context) {
    const writer = await sink.open(context);
    return { ...writer, room: () => (paceMs > 0 ? setTimeout(paceMs) : writer.room()) };
  },
});
let batches = 0;
const fault = (point) => {
  if (point === 'batch pushed' && batches++ === 0) say('running');
};
say('started');
try {
  const job = pinsJob({ url, folder, prefix, paced });
  const result = await run(job, { ...options, logger, report: false, [Symbol.for('millrace.faults')]: fault });
  say(`ended ${JSON.stringify(result.outputs)}`);
} catch (error) {
  if (!isMillraceError(error)) throw error;
  say(`failed ${error.code}`);
}

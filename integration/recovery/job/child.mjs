// Runs the job of pins, or its archive, as it is told to, and says how far it is. `die` names a fault point of the driver, or
// 'output swapped', and the how manieth visit of it is the last thing that the process does.
import process from 'node:process';
import { isMillraceError, run } from '@millrace/core';
import { archive } from '@millrace/connectors/lake';
import { pinJob, sourcesIn } from './pins.mjs';

const {
  folder,
  sources,
  archiving = false,
  mended,
  withTopic,
  paceMs,
  swapsInTurn,
  die,
  ...options
} = JSON.parse(process.argv[2]);

const say = (line) => process.stdout.write(`${line}\n`);
const logger = {
  debug: (_, message) => say(message),
  info: () => undefined,
  // Of every kind of record that is put aside one is told of.
  warn: () => undefined,
  error: (fields, message) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`),
};
let batches = 0;
let visits = 0;
const fault = (point) => {
  if (point === 'batch pushed' && batches++ === 0) say('running');
  if (point === die?.point && ++visits === die.visit) process.kill(process.pid, 'SIGKILL');
};

const { live, replay } = sourcesIn(sources ?? folder);
const job = archiving
  ? archive({ from: live, to: replay, flushRows: 40, flushEvery: '50ms' })
  : pinJob({ folder, sources, mended, withTopic, paceMs, swapsInTurn, swapped: () => fault('output swapped') });
say('started');
try {
  const result = await run(job, { ...options, logger, report: false, [Symbol.for('millrace.faults')]: fault });
  say(`ended ${JSON.stringify(result)}`);
} catch (error) {
  if (!isMillraceError(error)) throw error;
  say(`failed ${error.code}`);
}

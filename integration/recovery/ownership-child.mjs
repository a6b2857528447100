// Runs the job of pins, and stops dead (SIGSTOP) at the moment that `stop` names, as a process does on a machine that hangs:
// at a fault point of the driver, or before the so manieth call of the file system (whose name and path match `of`) since it
// became the job's owner.
import console from 'node:console';
import { writeSync } from 'node:fs';
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import process from 'node:process';
import { isMillraceError, run } from '@millrace/core';
import { folder as store } from '@millrace/core/folder';
import { pinJob } from './job/pins.mjs';

const { folder, stop, paceMs, ...options } = JSON.parse(process.argv[2]);

const say = (line) => writeSync(1, `${line}\n`);
let visits = 0;
const reached = (moment, what = '') => {
  if (moment !== stop?.moment || !what.match(stop.of ?? '') || ++visits !== stop.visit) return;
  say('stopped');
  process.kill(process.pid, 'SIGSTOP');
};

let owns = false;
for (const name of ['link', 'mkdir', 'open', 'readFile', 'readdir', 'rename', 'rm', 'stat']) {
  const original = files[name];
  files[name] = (...given) => {
    if (owns) reached('file call', `${name} ${given.slice(0, 2).join(' ')}`);
    return original(...given);
  };
}
syncBuiltinESMExports();

const checkpoints = store(`${folder}/checkpoints`);
const create = async (key, bytes) => {
  const created = await checkpoints.create(key, bytes);
  if (created && !owns) say('owner');
  owns ||= created;
  return created;
};

const logger = {
  debug: (_, message) => say(message),
  info() {},
  warn() {},
  error: (_, message) => console.error(message),
};
const job = pinJob({ folder, checkpoints: { ...checkpoints, create }, paceMs });
try {
  const result = await run(job, { ...options, logger, report: false, [Symbol.for('millrace.faults')]: reached });
  say(`ended ${JSON.stringify(result)}`);
} catch (error) {
  if (!isMillraceError(error)) throw error;
  say(`failed ${error.code}`);
  if (error.code !== 'MILLRACE_OWNERSHIP_LOST') console.error(error);
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { kafkaJava } from '../services/kafka.js';

/** A record as Java's consumer has it. */
export interface JavaRecord {
  readonly partition: number;
  /** Where Java's producer would have put its key. */
  readonly expected: number;
  readonly value: string;
}

/** Writes lines `key|value` to a topic by Java's producer, in large batches. */
export async function javaProduce(
  brokers: string,
  topic: string,
  codec: string,
  lines: readonly string[],
): Promise<void> {
  await javaClient(['produce', brokers, topic, codec], `${lines.join('\n')}\n`);
}

/** The first committed records of a topic, read by Java's consumer. */
export async function javaConsume(
  brokers: string,
  topic: string,
  partitions: number,
  count: number,
): Promise<JavaRecord[]> {
  const output = await javaClient(['consume', brokers, topic, String(partitions), String(count)]);
  return output.trimEnd().split('\n').map((line) => {
    const [partition, expected, ...value] = line.split('|');
    return { partition: Number(partition), expected: Number(expected), value: value.join('|') };
  }); // prettier-ignore
}

async function javaClient(options: readonly string[], input = ''): Promise<string> {
  const [java, ...args] = await kafkaJava();
  const program = join(import.meta.dirname, 'JavaClients.java');
  const client = spawn(java!, [...args, program, ...options], { stdio: ['pipe', 'pipe', 'pipe'] });
  client.stdin.end(input);
  const ended = once(client, 'close') as Promise<[number | null]>;
  const [output, errors, [code]] = await Promise.all([text(client.stdout), text(client.stderr), ended]);
  if (code !== 0) throw new Error(`Java's client ended with ${code}: ${errors}`);
  return output;
}

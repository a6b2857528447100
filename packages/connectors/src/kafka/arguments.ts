import { having, need, optional, optionsOf, requireArguments, type Need } from '@millrace/core/connector';
import type { Schema } from '@millrace/core';
import { codecNames } from './records/codecs.js';

// What calls are given by programs without types.

const oneOf = (...values: readonly string[]): Need => ({
  text: values.map((value) => `'${value}'`).join(' or '),
  accepts: (value) => values.includes(value as string),
});
const brokers: Need = {
  text: "a list like ['localhost:9092'], or a function that gives one",
  accepts: (value) => typeof value === 'function' || (need.texts.accepts(value) && (value as string[]).length > 0),
};
const milliseconds: Need = {
  text: 'a number of milliseconds from 0',
  accepts: (value) => need.number.accepts(value) && (value as number) >= 0,
};

type Members = { readonly [name: string]: unknown };

/** Checks what `kafka` was given. */
export function requireKafkaOptions(options: object): void {
  const example = "kafka({ brokers: ['localhost:9092'] })";
  requireArguments('kafka', example, [['options', options, need.options]]);
  const { brokers: given, client, patienceMs, clientId, ssl, sasl, retry } = options as Members;
  const isClient = client !== undefined;
  requireArguments('kafka', example, [
    ['client', client, optional(having('a Kafka of kafkajs', 'producer', 'consumer', 'admin'))],
    ['brokers', given, isClient ? optional(brokers) : brokers],
    ['patienceMs', patienceMs, optional(milliseconds)],
    ['clientId', clientId, optional(need.text)],
    ['ssl', ssl, optional({ text: 'true, false or an object', accepts: (it) => typeof it === 'boolean' || need.options.accepts(it) })], // prettier-ignore
    ['sasl', sasl, optional(need.options)],
    ['retry', retry, optional(need.options)],
  ]);
}

/** Checks what `topic` was given: a source where there is a schema, else a sink. */
export function requireTopicArguments(name: string, shape: object, options: object): void {
  const example = "topic('pins', Pin), or topic('pins') for a sink";
  requireArguments('topic', example, [
    ['name', name, need.text],
    ['schema', shape, need.options],
    ['options', options, optionsOf('keyedBy', 'partitions', 'end', 'isolation')],
  ]);
  if (!isSchema(shape)) return requireSinkOptions('topic', example, shape);
  const { keyedBy, partitions, end, isolation } = options as Members;
  requireArguments('topic', example, [
    ['keyedBy', keyedBy, optional(need.text)],
    ['partitions', partitions, optional(need.count)],
    ['end', end, optional(oneOf('never', 'now'))],
    ['isolation', isolation, optional(oneOf('committed', 'uncommitted'))],
  ]);
}

/** Checks what `deadLetters` was given. */
export function requireDeadLetterArguments(name: string, options: object): void {
  const example = "deadLetters('pins-rejected')";
  requireArguments('deadLetters', example, [
    ['name', name, need.text],
    ['options', options, optionsOf('partitions', 'compression', 'delivery')],
  ]);
  requireSinkOptions('deadLetters', example, options);
}

/** Checks what `group` was given. */
export function requireGroupArguments(name: string, options: object): void {
  const example = "group('popularity')";
  requireArguments('group', example, [
    ['name', name, need.text],
    ['options', options, optionsOf('sessionTimeout')],
  ]);
  requireArguments('group', example, [['sessionTimeout', (options as Members)['sessionTimeout'], optional(need.text)]]);
}

/** Checks what `createTopic` was given. */
export function requireNewTopicArguments(name: string, options: object): void {
  const example = "createTopic('pins', { partitions: 3 })";
  requireArguments('createTopic', example, [
    ['name', name, need.text],
    ['options', options, optionsOf('partitions', 'replicas', 'config')],
  ]);
  const { partitions, replicas, config } = options as Members;
  requireArguments('createTopic', example, [
    ['partitions', partitions, optional(need.count)],
    ['replicas', replicas, optional(need.count)],
    ['config', config, optional(need.options)],
  ]);
}

/** Whether the second argument of `topic` is a schema. */
export function isSchema(value: object): value is Schema {
  return 'fields' in value;
}

function requireSinkOptions(call: string, example: string, options: object): void {
  requireArguments(call, example, [
    ['options', options, optionsOf('keyedBy', 'partitions', 'compression', 'delivery')],
  ]);
  const { keyedBy, partitions, compression, delivery } = options as Members;
  requireArguments(call, example, [
    ['keyedBy', keyedBy, optional(need.text)],
    ['partitions', partitions, optional(need.count)],
    ['compression', compression, optional(oneOf(...codecNames))],
    ['delivery', delivery, optional(oneOf('exactly-once', 'at-least-once'))],
  ]);
}

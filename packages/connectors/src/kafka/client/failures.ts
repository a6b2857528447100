import { isMillraceError, millraceError, type MillraceError } from '@millrace/core';

/** Codes of Kafka's protocol that are looked at. */
export const kafkaCodes = {
  none: 0,
  offsetOutOfRange: 1,
  unknownTopic: 3,
  noTopicAccess: 29,
  topicExists: 36,
  unknownTopicId: 100,
  inconsistentTopicId: 103,
} as const;

/** An answer of a broker that holds an error code. */
export class ProtocolError extends Error {
  override readonly name = 'KafkaProtocolError';
  /** Whether it may pass by itself. */
  readonly retriable: boolean;
  readonly problem: string;
  readonly code: number;

  constructor(problem: string, code: number) {
    super(`The broker ${problem}: error ${code} of Kafka's protocol.`);
    this.problem = problem;
    this.code = code;
    this.retriable = isPassing(code);
  }
}

function isPassing(code: number): boolean {
  // Leaders that move, brokers that start, networks that fail: Kafka's own list of what may be tried again.
  return [5, 6, 7, 9, 13, 14, 15, 16, 19, 20, 56, 72, 74, 75, 76, 77, 78].includes(code);
}

/** What a failed connection, login or request says, as one sentence. */
export function serverFailure(server: string, error: unknown): MillraceError {
  if (isMillraceError(error)) return error;
  if (error instanceof ProtocolError) {
    const { problem, code } = error;
    const fix = `Look up error ${code} of Kafka's protocol, and the log of the broker.`;
    return millraceError(
      'MILLRACE_SERVER_FAILED',
      { server, problem: `${problem} (error ${code})`, fix },
      { cause: error },
    );
  }
  const { name = '', message = '', type = '' } = rootOf(error);
  const { problem, fix } = meaningOf(name, type, message);
  return millraceError('MILLRACE_SERVER_FAILED', { server, problem, fix }, { cause: error });
}

/** Whether an error of kafkajs may pass by itself. */
export function mayPass(error: unknown): boolean {
  const { name = '', retriable } = rootOf(error);
  return retriable === true || /Connection|Timeout|Metadata|BrokerNotFound|Lock/.test(name);
}

/** Whether records were asked for that have been deleted, or were never written. */
export function isOutOfRange(error: unknown): boolean {
  return error instanceof ProtocolError && error.code === kafkaCodes.offsetOutOfRange;
}

/** What is looked at of an error of kafkajs. */
export interface KafkaJsError {
  readonly name?: string;
  readonly message?: string;
  readonly type?: string;
  readonly code?: number;
  readonly retriable?: boolean;
  readonly cause?: unknown;
}

/**
 * Whether another producer of the same name has come since, or the transaction is in no state to go on. A broker to which
 * both come in the same moment may answer that it has failed itself (UNKNOWN).
 */
export function isFenced(error: unknown): boolean {
  const { type = '' } = rootOf(error);
  return /FENCED|PRODUCER_EPOCH|PRODUCER_ID|TXN_STATE|SEQUENCE|CONCURRENT|^UNKNOWN$/.test(type);
}

/** kafkajs wraps what has happened into how often it has tried. */
export function rootOf(error: unknown): KafkaJsError {
  let root = error as KafkaJsError;
  const isWrapper = ({ name }: KafkaJsError) =>
    name === 'KafkaJSNumberOfRetriesExceeded' || name === 'KafkaJSNonRetriableError';
  while (isWrapper(root) && root.cause !== undefined) root = root.cause as KafkaJsError;
  return root;
}

function meaningOf(name: string, type: string, message: string): { problem: string; fix: string } {
  if (name.includes('SASL') || type.includes('SASL')) {
    return { problem: 'refused the login', fix: 'Check user name, password and mechanism in sasl.' };
  }
  if (name.includes('Timeout') || message.includes('timeout')) {
    return {
      problem: 'did not answer in time',
      fix: 'Check brokers: host, port, and whether the port speaks TLS (ssl: true) or asks for a login (sasl).',
    };
  }
  if (/certificate|self.signed|SSL|TLS/i.test(message)) {
    return { problem: `is not trusted (${message})`, fix: 'Give its certificate authority: ssl: { ca: [...] }.' };
  }
  if (name.includes('Closed') || message.includes('closed by the server')) {
    return {
      problem: 'closed the connection',
      fix: 'Check whether it asks for TLS (ssl: true) or for a login (sasl).',
    };
  }
  if (name.includes('Connection')) {
    return { problem: 'cannot be reached', fix: 'Check brokers: host and port, and that the server runs.' };
  }
  if (type.includes('AUTHORIZATION')) {
    return { problem: `does not allow it (${type})`, fix: 'Give the user of the job the right to it.' };
  }
  return { problem: `failed (${message === '' ? name : message})`, fix: 'See the cause below.' };
}

import type { RunningService } from './instance.js';
import { s3Keys } from './s3.js';
import type { ServiceName } from './server.js';

/** The variable that says where a server is, if there is one already. */
export const addressVariables: Readonly<Record<ServiceName, string>> = {
  kafka: 'KAFKA_BROKERS',
  redis: 'REDIS_URL',
  postgres: 'POSTGRES_URL',
  s3: 'S3_ENDPOINT',
};

/** The variable that tells the tests why a server can not be had. */
export const reasonVariables: Readonly<Record<ServiceName, string>> = {
  kafka: 'MILLRACE_NO_KAFKA',
  redis: 'MILLRACE_NO_REDIS',
  postgres: 'MILLRACE_NO_POSTGRES',
  s3: 'MILLRACE_NO_S3',
};

/** What is to be set so that clients find a server that we have started. */
export function environmentOf({ name, url }: RunningService): Readonly<Record<string, string>> {
  const address = { [addressVariables[name]]: url };
  if (name !== 's3') return address;
  const { accessKeyId, secretAccessKey, region } = s3Keys;
  return { ...address, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: region };
}

/** Whether the environment names a server of this kind, which is then used and not ours to start or stop. */
export function isGiven(name: ServiceName): boolean {
  return (process.env[addressVariables[name]] ?? '') !== '';
}

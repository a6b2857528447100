import { addressVariables, reasonVariables } from './environment.js';
import { startInstance, type RunningService, type ServiceOptions } from './instance.js';
import { kafkaServer } from './kafka.js';
import { postgresServer } from './postgres.js';
import { redisServer } from './redis.js';
import { s3Keys, s3Server } from './s3.js';
import type { Server, ServiceName } from './server.js';

export type { RunningService, ServiceOptions } from './instance.js';
export { s3Keys };
export type { ServiceName } from './server.js';

const finders: Readonly<Record<ServiceName, () => Promise<Server>>> = {
  kafka: kafkaServer,
  redis: redisServer,
  postgres: postgresServer,
  s3: s3Server,
};

export const serviceNames = Object.keys(finders) as readonly ServiceName[];

const found = new Map<ServiceName, Promise<Server>>();

function find(name: ServiceName): Promise<Server> {
  let server = found.get(name);
  if (server === undefined) found.set(name, (server = finders[name]()));
  return server;
}

/** A server of one's own, to cause faults on. It is gone with this process, however that ends. */
export async function startService(name: ServiceName, options: ServiceOptions = {}): Promise<RunningService> {
  const reason = process.env[reasonVariables[name]];
  if (reason !== undefined) throw new Error(reason);
  const server = await find(name);
  for (let tries = 1; ; tries += 1) {
    try {
      return await startInstance(server, options);
    } catch (error) {
      // Between our look and its start another process took the port.
      const lostPort = /address (already )?in use|EADDRINUSE/i.test((error as Error).message);
      if (!lostPort || options.port !== undefined || tries === 3) throw error;
    }
  }
}

/** Those of several that can be had, and why the others can not. */
export interface StartedServices {
  readonly running: readonly RunningService[];
  readonly failed: ReadonlyMap<ServiceName, string>;
}

/** Several at once, side by side. */
export async function startEach(names: readonly ServiceName[]): Promise<StartedServices> {
  const started = await Promise.allSettled(names.map((name) => startService(name)));
  const failed = new Map<ServiceName, string>();
  started.forEach((one, i) => {
    if (one.status === 'rejected') failed.set(names[i]!, (one.reason as Error).message);
  });
  return { running: started.filter((one) => one.status === 'fulfilled').map((one) => one.value), failed };
}

/** Several at once, side by side. If one can not be had, none is left, and the error names each that failed. */
export async function startServices(names: readonly ServiceName[]): Promise<readonly RunningService[]> {
  const { running, failed } = await startEach(names);
  if (failed.size === 0) return running;
  await Promise.all(running.map((service) => service.remove()));
  throw new Error([...failed.values()].join('\n'));
}

/** How the servers that tests share are reached. */
export interface SharedServices {
  /** Kafka's brokers: `host:port,host:port`. */
  readonly kafka: string;
  readonly redis: string;
  readonly postgres: string;
  readonly s3: {
    readonly endpoint: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly region: string;
  };
}

/** The servers that tests share, from the environment, where `global-setup.ts` has put what it started. */
export function sharedServices(): SharedServices {
  return {
    get kafka() {
      return address('kafka');
    },
    get redis() {
      return address('redis');
    },
    get postgres() {
      return address('postgres');
    },
    get s3() {
      return {
        endpoint: address('s3'),
        accessKeyId: variable('AWS_ACCESS_KEY_ID'),
        secretAccessKey: variable('AWS_SECRET_ACCESS_KEY'),
        region: process.env['AWS_REGION'] ?? s3Keys.region,
      };
    },
  };
}

/** Where a server is, or why there is none: only the tests that need it fail. */
function address(name: ServiceName): string {
  const reason = process.env[reasonVariables[name]];
  if (reason !== undefined) throw new Error(reason);
  return variable(addressVariables[name]);
}

function variable(name: string): string {
  const value = process.env[name];
  if (value !== undefined && value !== '') return value;
  throw new Error(`${name} is not set: integration tests run by vitest, or with what \`npm run services\` prints.`);
}

import { execFile } from 'node:child_process';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startInstance, type RunningService } from '../services/instance.js';
import { kafkaServer } from '../services/kafka.js';
import { freePort } from '../services/ports.js';

/** A broker that asks for a login, with and without TLS. */
export interface SecuredBroker {
  readonly service: RunningService;
  /** Asks for nothing. */
  readonly plain: string;
  /** Asks for a login. */
  readonly sasl: string;
  /** Asks for a login over TLS. */
  readonly tls: string;
  /** The certificate of the broker, as PEM. */
  readonly certificate: string;
}

export const user = { username: 'alice', password: 'wonder' };
const run = promisify(execFile);

/** Starts one of a test's own. */
export async function securedBroker(): Promise<SecuredBroker> {
  const server = await kafkaServer();
  const [sasl, tls] = [await freePort(), await freePort()];
  const service = await startInstance({
    ...server,
    async command(folder, port) {
      const command = await server.command(folder, port);
      await secure(join(folder, 'server.properties'), folder, sasl, tls);
      return command;
    },
  });
  const certificate = await readFile(join(service.folder, 'broker.pem'), 'utf8');
  return { service, plain: service.url, sasl: `127.0.0.1:${sasl}`, tls: `127.0.0.1:${tls}`, certificate };
}

/** Adds two listeners to the settings of a broker. A setting that is named twice counts as it is named last. */
async function secure(settings: string, folder: string, sasl: number, tls: number): Promise<void> {
  const store = join(folder, 'broker.p12');
  const password = 'changeit';
  const keystore = ['-alias', 'broker', '-storetype', 'PKCS12', '-keystore', store, '-storepass', password];
  const name = ['-dname', 'CN=127.0.0.1', '-ext', 'SAN=ip:127.0.0.1', '-validity', '2'];
  await run('keytool', ['-genkeypair', '-keyalg', 'EC', ...keystore, ...name]);
  await run('keytool', ['-exportcert', '-rfc', '-file', join(folder, 'broker.pem'), ...keystore]);
  const given = await readFile(settings, 'utf8');
  const more = `SASL_PLAINTEXT://127.0.0.1:${sasl},SASL_SSL://127.0.0.1:${tls}`;
  const listeners = (key: string): string => `${key}=${new RegExp(`^${key}=(.*)$`, 'm').exec(given)![1]},${more}`;
  const login = `org.apache.kafka.common.security.plain.PlainLoginModule required user_${user.username}="${user.password}";`;
  const lines = [
    listeners('listeners'),
    listeners('advertised.listeners'),
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL',
    'inter.broker.listener.name=PLAINTEXT',
    'sasl.enabled.mechanisms=PLAIN',
    `listener.name.sasl_plaintext.plain.sasl.jaas.config=${login}`,
    `listener.name.sasl_ssl.plain.sasl.jaas.config=${login}`,
    'ssl.keystore.type=PKCS12',
    `ssl.keystore.location=${store}`,
    `ssl.keystore.password=${password}`,
  ];
  await appendFile(settings, `${lines.join('\n')}\n`);
}

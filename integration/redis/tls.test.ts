import { connect } from 'node:net';
import { createServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { redis, type RedisOptions } from '@millrace/connectors/redis';
import { contextOf } from '@millrace/connectors/testing';
import { sharedServices } from '../services/services.js';

// A certificate of nobody, made for this test alone: `openssl req -x509 -newkey ec … -subj /CN=redis.test`.
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgChVpVyoypI/7tEaC
cBvkskk/udPYSKu5yjYcIK/73xKhRANCAATSHm+awWwNfqxrL40O/39EXOXgxh32
ZSaZicUoTU1J9CwoNnTirINPkJOJV6VUmczOHB7kMEL/05zbxDVXF2Nu
-----END PRIVATE KEY-----`;
const cert = `-----BEGIN CERTIFICATE-----
MIIBlzCCAT6gAwIBAgIUC/L3ED7Y2tt53gTjFzRixYeac6gwCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKcmVkaXMudGVzdDAgFw0yNjExMjUxMTU1MTZaGA8yMTI2MTEw
MTExNTUxNlowFTETMBEGA1UEAwwKcmVkaXMudGVzdDBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABNIeb5rBbA1+rGsvjQ7/f0Rc5eDGHfZlJpmJxShNTUn0LCg2dOKs
g0+Qk4lXpVSZzM4cHuQwQv/TnNvENVcXY26jajBoMB0GA1UdDgQWBBS1hSCdfWGe
OxMLQsl/+TAGpm517zAfBgNVHSMEGDAWgBS1hSCdfWGeOxMLQsl/+TAGpm517zAP
BgNVHRMBAf8EBTADAQH/MBUGA1UdEQQOMAyCCnJlZGlzLnRlc3QwCgYIKoZIzj0E
AwIDRwAwRAIgPCvCKUmYr91ZcvmeQ/iaQkkBE3C5ALDW8bBkFARyNAQCIGE5kiNK
MXUrfon1eWqbWQgnabGhBSylxvDfhg6bCaOx
-----END CERTIFICATE-----`;

/** A server that speaks TLS, in front of the one that the tests share. */
async function secured(): Promise<string> {
  const { hostname, port } = new URL(sharedServices().redis);
  const server = createServer({ key, cert }, (client) => {
    const behind = connect(Number(port), hostname);
    client.pipe(behind).pipe(client);
    for (const socket of [client, behind]) socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `rediss://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function opens(options: RedisOptions): Promise<void> {
  const writer = await redis({ prefix: 'tls', ...options })
    .view('results', { key: ['id'] })
    .open(contextOf());
  await writer.close();
}

test('a server with a certificate is trusted when it is told to be', async () => {
  const url = await secured();
  await opens({ url, tls: { ca: cert, servername: 'redis.test' } });
});

test('one that nobody vouches for is refused', async () => {
  const url = await secured();
  await expect(opens({ url })).rejects.toThrow(
    'the server has a certificate that is not trusted: self-signed certificate',
  );
});

import { randomBytes } from 'node:crypto';
import { cp, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cached, cacheFolder, exists } from './cache.js';
import { execute } from './execute.js';
import { findProgram } from './find-program.js';
import { startInstance } from './instance.js';
import { brokerAnswers } from './kafka-requests.js';
import { writeSettings } from './kafka-settings.js';
import { freePort } from './ports.js';
import type { Server } from './server.js';

const version = '4.4.0';
const settingsFile = 'server.properties';
const jvm =
  '-Xms64m -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Xshare:auto -Djava.awt.headless=true'.split(
    ' ',
  );

/** Kafka from Maven's jars, with its classes archived and its storage formatted once. */
export async function kafkaServer(): Promise<Server> {
  const run = await kafkaJava();
  const formatted = await cached(`kafka-${version}-formatted`, 'formatting storage for Kafka, once', async (half) => {
    await format(run, half);
  });
  const serverWith = (flags: readonly string[]): Server => ({
    name: 'kafka',
    title: `Kafka ${version}`,
    stopSignal: 'SIGTERM',
    format: (folder) => cp(join(formatted, 'data'), join(folder, 'data'), { recursive: true }),
    async command(folder, port) {
      await writeSettings(join(folder, settingsFile), join(folder, 'data'), port, await freePort());
      return { line: [...run, ...flags, 'kafka.Kafka', join(folder, settingsFile)], cwd: folder };
    },
    answers: brokerAnswers,
    url: (port) => `127.0.0.1:${port}`,
  });
  const classes = await cached(`kafka-${version}-classes`, 'archiving the classes of Kafka, once', async (half) => {
    const archive = join(half, 'classes.jsa');
    const first = await startInstance(serverWith([`-XX:ArchiveClassesAtExit=${archive}`]));
    await first.stop();
    await first.remove();
  });
  // A virtual machine that can not use the archive starts without it, and slower.
  return serverWith([`-XX:SharedArchiveFile=${join(classes, 'classes.jsa')}`]);
}

/** The command by which a class of Kafka's jars is run: the server, or a tool like Java's own producer. */
export async function kafkaJava(): Promise<readonly string[]> {
  const java = findJava();
  const libs = (await librariesOnPath()) ?? (await fetchLibraries());
  const jars = (await readdir(libs)).filter((name) => name.endsWith('.jar')).sort();
  return [java, ...jvm, '-cp', jars.map((name) => join(libs, name)).join(':')];
}

function findJava(): string {
  const home = process.env['JAVA_HOME'] ?? '';
  const java = findProgram('java') ?? (home === '' ? undefined : join(home, 'bin/java'));
  if (java !== undefined) return java;
  throw new Error(
    `Kafka: no java on the PATH. Set KAFKA_BROKERS, or install Java 17 or later and Maven, by which Kafka ${version} is fetched.`,
  );
}

/** The jars of a Kafka of this version whose scripts are on the PATH. */
async function librariesOnPath(): Promise<string | undefined> {
  const script = findProgram('kafka-server-start.sh');
  if (script === undefined) return undefined;
  const libs = join(dirname(script), '../libs');
  return (await exists(join(libs, `kafka_2.13-${version}.jar`))) ? libs : undefined;
}

async function fetchLibraries(): Promise<string> {
  const place = `kafka-${version}`;
  const mvn = findProgram('mvn');
  if (mvn === undefined && !(await exists(join(cacheFolder, place)))) {
    throw new Error(
      `Kafka: no mvn on the PATH. Set KAFKA_BROKERS, or install Maven, by which Kafka ${version} is fetched.`,
    );
  }
  const make = async (half: string): Promise<void> => {
    await writeFile(join(half, 'pom.xml'), pom);
    const copy = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
    const into = [`-DoutputDirectory=${join(half, 'libs')}`, '-DincludeScope=runtime'];
    await execute(mvn!, ['-B', '-q', '-f', join(half, 'pom.xml'), copy, ...into]).catch((error: unknown) => {
      throw new Error(
        `Kafka: ${version} could not be fetched by Maven. Set KAFKA_BROKERS, or see to it that Maven finds its repository: ${(error as Error).message}`,
      );
    });
  };
  return join(await cached(place, `fetching Kafka ${version} by Maven, once; 43 MB`, make), 'libs');
}

/** `slf4j-simple` is there because without it Kafka logs nothing. */
const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>millrace</groupId>
  <artifactId>kafka-for-tests</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${version}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`;

async function format(run: readonly string[], half: string): Promise<void> {
  const settings = join(half, settingsFile);
  await mkdir(join(half, 'data'));
  await writeSettings(settings, join(half, 'data'), 9092, 9093);
  const [java, ...args] = run;
  const id = randomBytes(16);
  // An id that began with a dash would be taken for an option: of 64 installations one would fail.
  id[0]! &= 0x7f;
  const cluster = id.toString('base64url');
  const tool = ['kafka.tools.StorageTool', 'format', '-t', cluster, '-c', settings];
  await execute(java!, [...args, ...tool]).catch((error: unknown) => {
    throw new Error(`Kafka: ${version} does not run; it needs Java 17 or later: ${(error as Error).message}`);
  });
  await rename(settings, join(half, 'formatted-with.properties'));
}

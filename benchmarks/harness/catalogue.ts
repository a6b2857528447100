import { existsSync, readdirSync } from 'node:fs';
import { join, parse } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Engine, ownEngine, type Suite } from './suite.js';

// Suites and engines are found by listing, so that a new one is a new file and nothing else.
const suitesFolder = join(import.meta.dirname, '../suites');
const enginesFolder = join(import.meta.dirname, '../engines');

/** The names of all suites. */
export function suiteNames(): string[] {
  return modulesIn(suitesFolder);
}

/** The engines that answer a suite, our own first. */
export function engineNames(suite: string): string[] {
  const folders = readdirSync(enginesFolder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = folders.map(({ name }) => name).filter((name) => modulesIn(join(enginesFolder, name)).includes(suite));
  return names.sort((a, b) => Number(b === ownEngine) - Number(a === ownEngine) || (a < b ? -1 : 1));
}

export async function loadSuite(name: string): Promise<Suite> {
  return ((await importFrom(suitesFolder, name)) as { readonly suite: Suite }).suite;
}

/** Loads no other engine, since the process is measured with all that it has loaded. */
export async function loadEngine(name: string, suite: string): Promise<Engine> {
  return ((await importFrom(join(enginesFolder, name), suite)) as { readonly engine: Engine }).engine;
}

function modulesIn(folder: string): string[] {
  const files = readdirSync(folder).filter((file) => /^[a-z-]+\.[jt]s$/.test(file));
  return files.map((file) => parse(file).name);
}

async function importFrom(folder: string, name: string): Promise<unknown> {
  const file = ['.js', '.ts'].map((suffix) => join(folder, name + suffix)).find(existsSync);
  if (file === undefined) throw new Error(`There is no ${name} in ${folder}.`);
  return import(pathToFileURL(file).href);
}

import { inspect } from 'node:util';
import { isMillraceError } from '@millrace/core';
import { describe, expect, test } from 'vitest';
import { exported, notCalled, type Call } from './calls/call.js';
import { connectorCalls } from './calls/connectors.js';
import { coreCalls } from './calls/core.js';
import { operatorCalls } from './calls/operators.js';

// Programs without types: whatever a call of the public surface is given, it works or says what is wrong, in one sentence
// and on the user's line. Nobody meets a TypeError from the inside.

const calls = new Map([...coreCalls, ...operatorCalls, ...connectorCalls]);

const wrong: readonly unknown[] = [undefined, null, 42, NaN, 'text', true, {}, [], [null], { 0: null }, () => 1, 7n, new Map()]; // prettier-ignore

interface Try {
  readonly what: string;
  readonly args: readonly unknown[];
}

/** The call with one thing in its arguments replaced, or left out. */
function tries({ args }: Call): Try[] {
  const all: Try[] = [];
  for (let count = 0; count < args().length; count++) {
    all.push({ what: `only ${count} arguments`, args: args().slice(0, count) });
  }
  for (const at of args().keys()) {
    for (const value of wrong) {
      all.push({ what: `argument ${at}: ${text(value)}`, args: args().with(at, value) });
      for (const name of Object.keys(plainObject(args()[at]) ?? {})) {
        const changed = { ...plainObject(args()[at]), [name]: value };
        all.push({ what: `argument ${at}.${name}: ${text(value)}`, args: args().with(at, changed) });
      }
    }
  }
  return all;
}

/** An object that a user writes, member by member. */
function plainObject(value: unknown): object | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  // What a call of Millrace has made is handed on whole.
  if (['fields', 'kind', 'columns', 'hash', 'done'].some((member) => member in value)) return undefined;
  if (Object.getOwnPropertySymbols(value).length > 0) return undefined;
  return Object.getPrototypeOf(value) === Object.prototype ? value : undefined;
}

function text(value: unknown): string {
  return inspect(value);
}

async function thrownBy(call: () => unknown): Promise<unknown> {
  try {
    const given = await call();
    if (typeof given === 'object' && given !== null && Symbol.asyncIterator in given) {
      await (given as AsyncGenerator).next();
    }
    return undefined;
  } catch (error) {
    return error;
  }
}

/** What is not as promised about what was thrown. */
function fault(thrown: unknown): string | undefined {
  if (thrown === undefined) return undefined;
  if (!isMillraceError(thrown)) return inspect(thrown).split('\n', 1)[0];
  if (thrown.code === 'MILLRACE_INTERNAL') return thrown.sentence;
  return /integration[\\/]errors[\\/]/.test(thrown.where ?? '')
    ? undefined
    : `${thrown.sentence} (at ${String(thrown.where)})`;
}

test('every exported function has a call here, or a reason why users do not call it', () => {
  const functions = [...exported].filter(([, value]) => typeof value === 'function').map(([name]) => name);
  expect(functions.filter((name) => !calls.has(name) && !(name in notCalled))).toEqual([]);
  expect(Object.keys(notCalled).filter((name) => !functions.includes(name))).toEqual([]);
  expect(functions.length).toBeGreaterThan(50);
});

describe.each([...calls])('%s', (name, call) => {
  test('works with what it needs, and says so where there is nothing', async () => {
    const right = await thrownBy(() => call.call(...call.args()));
    // A table that is not there, and an input that has not ended, are no mistakes of the call.
    if (!name.startsWith('lake.')) expect(right).toBe(undefined);
    if (call.bare === true) return;
    expect(isMillraceError(await thrownBy(() => call.call()))).toBe(true);
  });

  test('knows the names of its options, and refuses all others', async () => {
    for (const [at, arg] of call.args().entries()) {
      const options = plainObject(arg);
      if (options === undefined || call.named?.includes(at) === true) continue;
      const thrown = await thrownBy(() => call.call(...call.args().with(at, { ...options, unheardOf: 1 })));
      expect(isMillraceError(thrown) && thrown.sentence, `argument ${at}`).toMatch(
        /"unheardOf" is none of its options/,
      );
      expect(fault(thrown)).toBe(undefined);
    }
  });

  test('says in one sentence, on the line of the call, what it cannot work with', async () => {
    const faults: string[] = [];
    for (const { what, args } of tries(call)) {
      const found = fault(await thrownBy(() => call.call(...args)));
      if (found !== undefined) faults.push(`${what}: ${found}`);
    }
    expect(faults).toEqual([]);
  });
});

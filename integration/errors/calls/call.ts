import * as core from '@millrace/core';
import * as folderModule from '@millrace/core/folder';
import * as testing from '@millrace/core/testing';
import * as httpModule from '@millrace/connectors/http';
import * as kafkaModule from '@millrace/connectors/kafka';
import * as lakeModule from '@millrace/connectors/lake';
import * as memoryModule from '@millrace/connectors/memory';
import * as postgresModule from '@millrace/connectors/postgres';
import * as redisModule from '@millrace/connectors/redis';
import * as s3Module from '@millrace/connectors/s3';
import * as operators from '@millrace/operators';

// A call of the public surface, with arguments that are right, and what a user does next with what it gives. Here all of
// it is as a program without types sees it.

/** A function of which nothing is known. */
export type Untyped = (...args: readonly unknown[]) => unknown;

/** One call. */
export interface Call {
  /** Right arguments, made anew for every call. */
  readonly args: () => readonly unknown[];
  readonly call: Untyped;
  /** It can be called without any argument. */
  readonly bare?: true;
  /** Which of its arguments have members of the user's own names, and not options. */
  readonly named?: readonly number[];
}

/** A call whose arguments at these places have members of the user's own names. */
export function named([name, call]: readonly [string, Call], ...places: readonly number[]): [string, Call] {
  return [name, { ...call, named: places }];
}

/** What the entry points export, by `module.name`. */
export const exported: ReadonlyMap<string, unknown> = new Map(
  Object.entries({
    core,
    folder: folderModule,
    testing,
    operators,
    kafka: kafkaModule,
    memory: memoryModule,
    lake: lakeModule,
    http: httpModule,
    postgres: postgresModule,
    redis: redisModule,
    s3: s3Module,
  } as Record<string, object>).flatMap(([module, names]) =>
    Object.entries(names).map(([name, value]): [string, unknown] => [`${module}.${name}`, value]),
  ),
);

/** Exported functions that are not called by users, and why. */
export const notCalled: { readonly [name: string]: string } = {
  'core.Flow': 'a class whose instances operators make',
  'core.MillraceError': 'a class whose instances millraceError makes',
  'folder.makeFolder': 'makes a folder durable, for connectors',
  'folder.syncFolder': 'the same',
  'core.millraceError': 'makes the errors themselves, for authors of operators and connectors',
  'core.listText': 'makes part of the sentence of an error, for the same',
  'core.nearestName': 'makes part of the fix of an error, for the same',
};

/** An exported function, as a program without types sees it. */
export const untyped = (name: string): Untyped => exported.get(name) as Untyped;

/** An exported function that is called as it is. */
export const plain = (name: string, ...args: readonly unknown[]): [string, Call] => [
  name,
  { args: () => args, call: untyped(name) },
];
/** The same, where it can be called without any argument. */
export const bare = (name: string, ...args: readonly unknown[]): [string, Call] => [
  name,
  { args: () => args, call: untyped(name), bare: true },
];
/** A method, behind the last dot of its name. */
export const method = (name: string, of: () => object, ...args: readonly unknown[]): [string, Call] => [
  name,
  {
    args: () => args,
    call: (...given) => (of() as Record<string, Untyped>)[name.slice(name.lastIndexOf('.') + 1)]!(...given),
  },
];

/** Records that calls are about. */
export const Pin = core.schema({ id: core.utf8, likes: core.int32, at: core.timestamp, tags: core.list(core.utf8) });

/** A flow of them. */
export function flowOf(): core.Flow<typeof Pin.fields> {
  let flow: core.Flow<typeof Pin.fields> | undefined;
  testing.runFlow(Pin, (pins) => (flow = pins), []);
  return flow!;
}

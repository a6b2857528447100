import { runContract, type Contracted, type TestRunner } from './contract.js';
import { replaceCases } from './replace-cases.js';
import { sharedCases } from './shared-cases.js';
import { sinkCases } from './sink-cases.js';
import type { SinkSubject } from './sink-subject.js';

/** Holds a sink to law 4: stage, commit, publish; each checkpoint's rows once, or not at all. */
export function sinkContract(runner: TestRunner, contracted: Contracted<SinkSubject>): void {
  runContract(runner, 'sink', sinkCases, contracted);
}

/** Holds a sink to what `publish: 'replace'` promises: a new result is built aside, and swapped in as a whole. */
export function replaceContract(runner: TestRunner, contracted: Contracted<SinkSubject>): void {
  runContract(runner, 'replacing sink', replaceCases, contracted);
}

/** Holds a sink to what `shared: true` promises: several processes of a group write it at once. */
export function sharedContract(runner: TestRunner, contracted: Contracted<SinkSubject>): void {
  runContract(runner, 'shared sink', sharedCases, contracted);
}

import { runContract, type ContractCase, type Contracted, type TestRunner } from './contract.js';
import { boundsCases } from './source-bounds-cases.js';
import { readingCases } from './source-reading-cases.js';
import type { SourceSubject } from './source-subject.js';

/** The promises of a source. */
export const sourceCases: readonly ContractCase<SourceSubject>[] = [...readingCases, ...boundsCases];

/** Holds a source to what the driver builds on: positions, gaps, ends, and records as they were written. */
export function sourceContract(runner: TestRunner, contracted: Contracted<SourceSubject>): void {
  runContract(runner, 'source', sourceCases, contracted);
}

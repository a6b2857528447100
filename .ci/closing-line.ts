import type { Reporter, TestModule } from 'vitest/node';

/**
 * Closes the run with a line that any tool can read: `12 passed, 0 failed`.
 *
 * A file that could not be loaded and an error outside every test count as failures, so that a run
 * which is red never closes with `0 failed`.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandledErrors.length;
    for (const module of modules) {
      failed += module.errors().length;
      for (const suite of module.children.allSuites()) failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed += 1;
        else if (state === 'failed') failed += 1;
      }
    }
    const line = `${String(passed)} passed, ${String(failed)} failed`;
    // The other reporters write their summary in the same turn; this line comes after it.
    process.once('exit', () => process.stdout.write(`\n${line}\n`));
  }
}

/** The two functions of a test runner that a contract needs: those of vitest, jest, mocha or `node:test` will do. */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: () => Promise<void>) => unknown;
}

/** One promise of a contract. */
export interface ContractCase<T> {
  readonly name: string;
  readonly run: (subject: T) => Promise<void>;
}

/** What is held to a contract. */
export interface Contracted<T extends Disposable> {
  /** What it is, in the names of the tests. */
  readonly name: string;
  /** Makes a new, empty one for each case. */
  readonly make: () => Promise<T>;
  /**
   * The cases that it does not meet, each with the reason. They are run all the same and must fail: a gap that has
   * closed turns red, until it is struck from the list.
   */
  readonly knownGaps?: { readonly [name: string]: string };
}

/** What a case leaves behind is removed with it. */
export interface Disposable {
  readonly dispose?: () => Promise<void>;
}

/** Makes a test of each case. */
export function runContract<T extends Disposable>(
  runner: TestRunner,
  contract: string,
  cases: readonly ContractCase<T>[],
  { name, make, knownGaps = {} }: Contracted<T>,
): void {
  const unknown = Object.keys(knownGaps).find((gap) => !cases.some((each) => each.name === gap));
  if (unknown !== undefined) throw new Error(`${contract} has no case "${unknown}", which ${name} lists as a gap.`);
  runner.describe(`${contract}: ${name}`, () => {
    for (const each of cases) {
      const reason = knownGaps[each.name];
      const title = reason === undefined ? each.name : `${each.name} (known gap: ${reason})`;
      runner.it(title, async () => {
        const subject = await make();
        try {
          if (reason === undefined) await each.run(subject);
          else await expectFailure(each, subject);
        } finally {
          await subject.dispose?.();
        }
      });
    }
  });
}

async function expectFailure<T>({ name, run }: ContractCase<T>, subject: T): Promise<void> {
  const failed = await run(subject).then(
    () => false,
    () => true,
  );
  if (!failed) throw new Error(`"${name}" holds now: strike it from knownGaps.`);
}

/** The part of a subject that only some cases need; a case fails where it is missing. */
export function needed<T>(part: T | undefined, name: string): T {
  if (part === undefined) throw new Error(`The subject has no ${name}.`);
  return part;
}

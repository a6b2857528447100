import { isMillraceError } from '@millrace/core';

/** The code and the sentence that a run ends with. */
export async function failureOf(done: Promise<unknown>): Promise<string> {
  const error = await done.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return isMillraceError(error) ? `${error.code} ${error.sentence}` : String(error);
}

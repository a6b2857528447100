import {
  listText,
  millraceError,
  nullable,
  type Fields,
  type LookupView,
  type MillraceError,
  type Schema,
} from '@millrace/core';

/** What `lookupJoin` is told. */
export interface LookupJoinOptions<F extends Fields, K extends string, T extends Fields, J extends JoinKind> {
  /** For each field of the view's key, the field of the flow that holds its value. */
  readonly on: { readonly [P in K]: keyof F & string };
  /** The fields that are taken from the row of the view, with the types that they have there. */
  readonly take: Schema<T>;
  /** Whether a row without a match is kept, with nulls (`left`, the default), or left out (`inner`). */
  readonly kind?: J;
}

/** What becomes of a row without a match. */
export type JoinKind = 'left' | 'inner';

/** The error of a view that does not fit, on the user's line. */
export type Unfit = (problem: string, fix: string) => MillraceError;

/** What is settled of a look-up before any graph is built. */
export interface LookupSettings {
  /** Each field of the view's key, and the field of the flow that holds its value. */
  readonly by: readonly (readonly [key: string, field: string])[];
  /** The fields that it adds, as they come out. */
  readonly taken: Fields;
  readonly join: JoinKind;
}

/** Settles the options of a look-up, or refuses them. */
export function settingsOf(
  operator: string,
  view: LookupView,
  { on, take, kind = 'left' }: LookupJoinOptions<Fields, string, Fields, JoinKind>,
): LookupSettings {
  const refuse = (option: string, problem: string, fix: string): MillraceError => millraceError('MILLRACE_OPTION_INVALID', { subject: operator, option, problem, fix }); // prettier-ignore
  if (kind !== 'left' && kind !== 'inner') {
    throw refuse('kind', `is ${String(kind)}`, "Write kind: 'inner', or leave it out.");
  }
  const { key = [] } = view;
  const named = Object.keys(on);
  const wrong = [...key.filter((each) => !named.includes(each)), ...named.filter((each) => !key.includes(each))];
  if (key.length === 0 || wrong.length > 0) {
    const fix = `Give on: { ${key.map((each) => `${each}: '<field>'`).join(', ')} }, with the field of the flow for each.`;
    throw refuse('on', `names ${listText(named)}, and the view's key is ${listText(key)}`, fix);
  }
  const types = Object.entries(take.fields);
  const taken = Object.fromEntries(types.map(([name, type]) => [name, kind === 'left' ? nullable(type) : type]));
  return { by: key.map((each) => [each, on[each]!]), taken: taken, join: kind };
}

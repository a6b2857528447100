import type { ColumnType, Kind } from '@millrace/core';
import { abbreviatedNumber } from './rules/abbreviated-number.js';
import { bit, bool, type BoolTexts } from './rules/bool.js';
import { lowerCase, upperCase } from './rules/case.js';
import { decimal } from './rules/decimal.js';
import { defaultValue } from './rules/default-value.js';
import { integer } from './rules/integer.js';
import { nullIf } from './rules/null-if.js';
import { number as parsedNumber } from './rules/number.js';
import { oneOf } from './rules/one-of.js';
import { orNull } from './rules/or-null.js';
import { replace } from './rules/replace.js';
import { split } from './rules/split.js';
import { stripPrefix } from './rules/strip-prefix.js';
import { timestamp } from './rules/timestamp.js';
import { trim } from './rules/trim.js';
import type { Step } from './step.js';

/** Whether a rule gives nulls: `false` as its input does, `true` always perhaps, `'filled'` never. */
export type Nulls = boolean | 'filled';

/** A chain of rules for a column of kind `In`, as `clean` takes it; gives a column of kind `K`. */
export interface Rule<In extends Kind, T, K extends Kind, N extends Nulls> {
  /** Gives null instead of rejecting the record, where a rule before it refuses the value. */
  orNull(): Rule<In, T, K, true>;
  /** Gives `value` instead of null. */
  default(value: T): Rule<In, T, K, 'filled'>;
  /** What `clean` compiles. */
  readonly chain: Chain;
  /** Never set: carry what it takes and gives for inference. */
  readonly _takes?: (kind: In) => void;
  readonly _gives?: ColumnType<T, K>;
  readonly _nulls?: N;
}

/** The kinds of columns that a chain takes, and its steps. */
export interface Chain {
  readonly takes: readonly Kind[];
  readonly steps: readonly Step[];
}

/** Rules for text. Null passes by all of them except `default`. */
export interface TextRule<N extends Nulls> extends Rule<'utf8', string, 'utf8', N> {
  /** Null for exactly these texts. */
  nullIf(...texts: readonly string[]): TextRule<true>;
  /** Takes white space off both ends, no-break spaces included. */
  trim(): TextRule<N>;
  /** Lower case, by Unicode and no locale. */
  lowerCase(): TextRule<N>;
  /** Upper case, by Unicode and no locale. */
  upperCase(): TextRule<N>;
  /** Takes `prefix` off texts that begin with it; others stay as they are. */
  stripPrefix(prefix: string): TextRule<N>;
  /** Puts `by` in place of every occurrence of a text, or of what a pattern matches (all with flag `g`, else the first). */
  replace(pattern: string | RegExp, by: string): TextRule<N>;
  /** Refuses all but exactly these texts. */
  oneOf(...texts: readonly string[]): TextRule<N>;
  /** `'422'`, `'124k'`, `'1.5k'`, `'15M'`, `'2B'` as numbers. */
  abbreviatedNumber(): Rule<'utf8', number, 'float64', N>;
  /** A whole number of 32 bits; refuses what is larger. */
  integer(): Rule<'utf8', number, 'int32', N>;
  /** A number with or without fraction and exponent; refuses `NaN` and `Infinity`. */
  number(): Rule<'utf8', number, 'float64', N>;
  /** An exact decimal of `precision` digits, `scale` of them behind the point; refuses more digits instead of rounding. */
  decimal(precision: number, scale: number): Rule<'utf8', string, 'decimal', N>;
  /** True and false from the texts that mean them: `bool({ true: ['1', 'yes'], false: ['0', 'no'] })`. */
  bool(texts: BoolTexts): Rule<'utf8', boolean, 'bool', N>;
  /**
   * An instant from `2026-01-05T12:00:00.250Z` and the like: `T` or a space, fraction and zone optional. A text without a
   * zone needs `zone` ('UTC', or an IANA name such as 'America/New_York'); where clocks are set back the first of two
   * equal hours is taken, and an hour that they skip is refused. Digits below the millisecond are cut off.
   */
  timestamp(options?: { readonly zone?: string }): Rule<'utf8', Date, 'timestamp', N>;
  /** A list of the parts between separators; an empty text has one part, which is empty. */
  split(separator: string): Rule<'utf8', string[], 'list', N>;
  orNull(): TextRule<true>;
  default(value: string): TextRule<'filled'>;
}

/** Rules for columns that are numbers already. */
export interface NumberRule {
  /** True for 1 and false for 0; refuses all others. */
  bool(): Rule<'int32' | 'float64', boolean, 'bool', false>;
}

/**
 * Begins a chain of rules for a text column, to be used in `clean`.
 *
 * @example
 * ```ts
 * import { text } from '@millrace/operators';
 *
 * const followers = text().trim().nullIf('', 'User Info Error').abbreviatedNumber(); // '124k' becomes 124000
 * const price = text().decimal(10, 2).orNull();
 * ```
 */
export function text(): TextRule<false> {
  return textRule([]);
}

/**
 * Begins a chain of rules for an `int32` or `float64` column, to be used in `clean`.
 *
 * @example
 * ```ts
 * import { number } from '@millrace/operators';
 *
 * const downloaded = number().bool(); // 1 becomes true
 * ```
 */
export function number(): NumberRule {
  return { bool: () => valueRule(['int32', 'float64'], [bit()]) };
}

// The methods say in their types what the steps say of themselves; here nothing depends on it.
function textRule<N extends Nulls>(steps: readonly Step[]): TextRule<N> {
  const text = <M extends Nulls>(step: Step): TextRule<M> => textRule<M>([...steps, step]);
  const value = <T, K extends Kind>(step: Step): Rule<'utf8', T, K, N> => valueRule(['utf8'], [...steps, step]);
  return {
    chain: { takes: ['utf8'], steps },
    nullIf: (...texts) => text(nullIf(texts)),
    trim: () => text(trim()),
    lowerCase: () => text(lowerCase()),
    upperCase: () => text(upperCase()),
    stripPrefix: (prefix) => text(stripPrefix(prefix)),
    replace: (pattern, by) => text(replace(pattern, by)),
    oneOf: (...texts) => text(oneOf(texts)),
    orNull: () => text(orNull()),
    default: (fallback) => text(defaultValue(fallback)),
    abbreviatedNumber: () => value(abbreviatedNumber()),
    integer: () => value(integer()),
    number: () => value(parsedNumber()),
    decimal: (precision, scale) => value(decimal(precision, scale)),
    bool: (texts) => value(bool(texts)),
    timestamp: (options) => value(timestamp(options)),
    split: (separator) => value(split(separator)),
  };
}

function valueRule<In extends Kind, T, K extends Kind, N extends Nulls>(
  takes: readonly In[],
  steps: readonly Step[],
): Rule<In, T, K, N> {
  return {
    chain: { takes, steps },
    orNull: () => valueRule(takes, [...steps, orNull()]),
    default: (fallback) => valueRule(takes, [...steps, defaultValue(fallback)]),
  };
}

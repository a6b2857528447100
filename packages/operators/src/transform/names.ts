import { type Fields, type MillraceError, millraceError } from '@millrace/core';
import { throwIssues } from '@millrace/core/operate';

/** A name that no field has yet; else nothing, so that the call does not compile. */
export type Fresh<F extends Fields, K extends string> = K extends keyof F ? never : K;

/** Fields of which none has that name: the same, as a constraint that a generic flow meets as well. */
export type Without<K extends string> = Fields & { readonly [P in K]?: never };

/** Throws, with all issues at once, where a made name is a field already, is made twice, or is no name. */
export function requireFresh(operator: string, fields: Fields, names: readonly string[]): void {
  const issues: MillraceError[] = [];
  names.forEach((name, i) => {
    if (typeof name !== 'string' || name === '') {
      issues.push(
        millraceError('MILLRACE_OPTION_INVALID', {
          subject: operator,
          option: 'a name',
          problem: 'is no text, or empty',
          fix: "Name every field that is made, like 'popular'.",
        }),
      );
    } else if (Object.hasOwn(fields, name)) {
      issues.push(millraceError('MILLRACE_FIELD_COLLISION', { operator, field: name, with: 'a field of its input' }));
    } else if (names.indexOf(name) < i) {
      issues.push(millraceError('MILLRACE_FIELD_COLLISION', { operator, field: name, with: 'made by it' }));
    }
  });
  throwIssues(issues);
}

import { listText, typeText, type ColumnType, type Fields, type MillraceError } from '@millrace/core';
import type { LookupSettings, Unfit } from './lookup-settings.js';

/** What of a view, as it shows itself, does not fit what a look-up takes and asks for; undefined where all does. */
export function viewIssue(
  unfit: Unfit,
  shown: Fields,
  { by, taken, join }: LookupSettings,
  input: Fields,
): MillraceError | undefined {
  for (const [name, type] of Object.entries(taken)) {
    const there = Object.hasOwn(shown, name) ? shown[name] : undefined;
    if (there === undefined)
      return unfit(`the view's rows have no "${name}"`, `They have: ${listText(Object.keys(shown))}.`);
    const fix = `Write take: schema({ ${name}: … }) with that type.`;
    if (kindText(there) !== kindText(type)) return unfit(`"${name}" is ${typeText(there)} there`, fix);
    if (join === 'inner' && there.nullable && !type.nullable) return unfit(`"${name}" can be null there`, fix);
  }
  for (const [key, field] of by) {
    const [there, here] = [shown[key], input[field]!];
    if (there === undefined || kindText(there) === kindText(here)) continue;
    const fix = 'Look it up by a field of that type.';
    return unfit(`"${key}" of the view's key is ${typeText(there)}, and "${field}" is ${typeText(here)}`, fix);
  }
  return undefined;
}

/** The type without the nulls, which a look-up answers for itself. */
function kindText(type: ColumnType): string {
  return typeText({ ...type, nullable: false });
}

/** What stands under a name of the user's; what every object has by itself (`toString`) was given by nobody. */
export function named<T>(entries: { readonly [name: string]: T }, name: string): T | undefined {
  return Object.hasOwn(entries, name) ? entries[name] : undefined;
}

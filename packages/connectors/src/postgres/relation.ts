/** A table by its schema and name. */
export interface Relation {
  readonly schema: string;
  readonly name: string;
  /** Quoted, for statements. */
  readonly sql: string;
}

/** The relation of `name` or `schema.name`. */
export function relationOf(name: string, schema: string): Relation {
  const dot = name.indexOf('.');
  const parts = dot === -1 ? { schema, name } : { schema: name.slice(0, dot), name: name.slice(dot + 1) };
  return { ...parts, sql: `${quoted(parts.schema)}.${quoted(parts.name)}` };
}

/** An identifier for a statement, whatever it holds. */
export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

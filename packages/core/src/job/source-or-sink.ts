import type { Sink } from '../connector/sink.js';
import type { Source } from '../connector/source.js';

// Types promise to TypeScript alone that what was given for a source or a sink is one.

/** Whether a value is a source. */
export function isSource(value: unknown): value is Source {
  if (typeof value !== 'object' || value === null) return false;
  const { open, schema } = value as Partial<Source>;
  return typeof open === 'function' && typeof schema?.fields === 'object';
}

/** Whether a value is a sink. */
export function isSink(value: unknown): value is Sink<never> {
  if (typeof value !== 'object' || value === null) return false;
  const { open, modes } = value as Partial<Sink<never>>;
  return typeof open === 'function' && Array.isArray(modes);
}

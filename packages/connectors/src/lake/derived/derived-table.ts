import type { Sink } from '@millrace/core';
import { type LakeTable, type TablePlace, tablePlace } from '../table-place.js';
import { openDerivedSink } from './sink.js';

/** A table of results: a sink for an append flow. */
export interface DerivedTable extends Sink<unknown, 'append'>, LakeTable {}

/** Makes the handle of a table of results; nothing is opened. */
export function derivedTable(place: TablePlace): DerivedTable {
  const { name, label } = place;
  return {
    name,
    label,
    place: place.identity,
    modes: ['append'],
    key: undefined,
    shared: true,
    open: async (context) => openDerivedSink(await place.folder(), name, context),
    [tablePlace]: place,
  };
}

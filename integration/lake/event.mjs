import { int32, nullable, schema, utf8 } from '@millrace/core';

/** What the topic of these tests holds. */
export const Event = schema({ id: utf8, kind: utf8, n: nullable(int32) });

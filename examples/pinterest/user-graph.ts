import { int32, schema, timestamp, utf8, type Flow } from '@millrace/core';
import { clean, dedup, eventTime, mapRows, text, withMetadata } from '@millrace/operators';

/** Who posted a pin, as it is posted. */
export const RawUser = schema({ ind: int32, first_name: utf8, last_name: utf8, age: int32, date_joined: utf8 });

/** The same, cleaned: columns in the order of the original's batch table. */
const User = schema({ ind: int32, user_name: utf8, age: int32, date_joined: timestamp });

/** One name of two, instants for texts, and what is posted again within a day once. */
export function userGraph(raw: Flow<typeof RawUser.fields>) {
  const users = raw.pipe(
    clean({ date_joined: text().timestamp({ zone: 'UTC' }) }),
    withMetadata({ brokerTime: 'posted' }),
    eventTime('posted', { maxOutOfOrderness: '5s' }),
    dedup({ by: ['ind', 'first_name', 'last_name', 'age', 'date_joined'], within: '1d', order: 'arrival' }),
    mapRows(User, ({ ind, first_name, last_name, age, date_joined }) => {
      return { ind, user_name: `${first_name} ${last_name}`, age, date_joined };
    }),
  );
  return { users };
}

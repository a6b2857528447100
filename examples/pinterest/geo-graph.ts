import { float64, int32, list, nullable, schema, timestamp, utf8, type Flow } from '@millrace/core';
import { clean, dedup, eventTime, mapRows, text, withMetadata } from '@millrace/operators';

/** Where a pin was posted from, as it is posted. */
export const RawGeo = schema({
  ind: int32,
  timestamp: utf8,
  latitude: float64,
  longitude: float64,
  country: nullable(utf8),
});

/** The same, cleaned: columns in the order of the original's batch table. */
const Geo = schema({ ind: int32, country: nullable(utf8), coordinates: list(float64), timestamp });

/**
 * Latitude and longitude as one value, instants for texts, and what is posted again within a day once. That goes by the time
 * of the broker: the place's own is of some year between 2017 and 2022, in no order.
 */
export function geoGraph(raw: Flow<typeof RawGeo.fields>) {
  const geos = raw.pipe(
    clean({ timestamp: text().timestamp({ zone: 'UTC' }), country: text().nullIf('') }),
    withMetadata({ brokerTime: 'posted' }),
    eventTime('posted', { maxOutOfOrderness: '5s' }),
    dedup({ by: ['ind', 'timestamp', 'latitude', 'longitude'], within: '1d', order: 'arrival' }),
    mapRows(Geo, ({ ind, country, latitude, longitude, timestamp: at }) => {
      return { ind, country, coordinates: [latitude, longitude], timestamp: at };
    }),
  );
  return { geos };
}

import { float64, int32, list, nullable, schema, timestamp, utf8, type Flow } from '@millrace/core';
import { clean, mapRows, text } from '@millrace/operators';

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

/** Latitude and longitude as one value, and instants for texts. */
export function geoGraph(raw: Flow<typeof RawGeo.fields>) {
  const geos = raw.pipe(
    clean({ timestamp: text().timestamp({ zone: 'UTC' }), country: text().nullIf('') }),
    mapRows(Geo, ({ ind, country, latitude, longitude, timestamp: at }) => {
      return { ind, country, coordinates: [latitude, longitude], timestamp: at };
    }),
  );
  return { geos };
}

import type { Random } from './random.js';
import real from './real-records.json' with { type: 'json' };

// What the original posts beside a pin: where it was posted from, and by whom. All three have the index of the pin.

/** Where a pin was posted from. */
export interface PostedGeo {
  readonly ind: number;
  readonly timestamp: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly country: string;
}

/** Who posted it. */
export interface PostedUser {
  readonly ind: number;
  readonly first_name: string;
  readonly last_name: string;
  readonly age: number;
  readonly date_joined: string;
}

/** A new place, of a post of the years 2017 to 2022; some have no country. */
export function newGeo(random: Random, ind: number): PostedGeo {
  return {
    ind,
    timestamp: instant(random, Date.UTC(2017, 10), Date.UTC(2022, 10)),
    latitude: degrees(random, 90),
    longitude: degrees(random, 180),
    country: random.chance(0.01) ? '' : random.pick(countries),
  };
}

/** A new user, who joined in the years 2015 to 2017. */
export function newUser(random: Random, ind: number): PostedUser {
  return {
    ind,
    first_name: random.pick(firstNames),
    last_name: random.pick(lastNames),
    age: 18 + random.int(50),
    date_joined: instant(random, Date.UTC(2015, 9), Date.UTC(2017, 10)),
  };
}

const countries = [...real.geos.map(({ country }) => country), 'Aruba', 'Côte d’Ivoire', 'Lao People’s Democratic Republic', 'Åland', 'Perú', 'Türkiye']; // prettier-ignore
const firstNames = [...real.users.map((user) => user.first_name), 'Zoë', 'Jürgen', 'Aiko', 'Michelle'];
const lastNames = [...real.users.map((user) => user.last_name), "O'Neill", 'Nguyễn', 'Ramirez', 'Åberg'];

/** Four digits behind the point, as the original has them. */
function degrees(random: Random, limit: number): number {
  return (random.int(20_000 * limit) - 10_000 * limit) / 10_000;
}

/** One of the two forms in which the original writes times. */
function instant(random: Random, from: number, to: number): string {
  const text = new Date(from + random.int(to - from)).toISOString().slice(0, 19);
  return random.chance(0.5) ? text : text.replace('T', ' ');
}

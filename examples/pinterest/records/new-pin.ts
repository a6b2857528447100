import type { Random } from './random.js';
import real from './real-records.json' with { type: 'json' };

/** A pin as the API of the original pipeline takes it, with the time at which it was posted. */
export interface PostedPin {
  readonly index: number;
  readonly unique_id: string;
  readonly title: string;
  readonly description: string;
  /** The older of the two emulators left it out. */
  readonly poster_name?: string;
  readonly follower_count: string;
  readonly tag_list: string;
  readonly is_image_or_video: string;
  readonly image_src: string;
  readonly downloaded: number;
  readonly save_location: string;
  readonly category: string;
  readonly timestamp: string;
}

/**
 * A new pin, grown from the real ones: their titles, texts, names and tags in new combinations, with the dirt that the
 * scraper of the original left behind, at the rates at which it did.
 */
export function newPin(random: Random, unique_id: string, timestamp: string): PostedPin {
  const category = random.weighted(categories, categoryWeights);
  const story = random.chance(0.015);
  const poster = story ? 'User Info Error' : random.chance(0.003) ? '' : posterName(random);
  return {
    index: random.int(11_000),
    unique_id,
    title: story || random.chance(0.005) ? 'No Title Data Available' : title(random),
    description: story ? 'No description available Story format' : description(random),
    ...(random.chance(0.06) ? {} : { poster_name: poster }),
    follower_count: story ? 'User Info Error' : followerCount(random),
    tag_list: story || random.chance(0.015) ? 'N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e' : tagList(random),
    is_image_or_video: story ? 'multi-video(story page format)' : random.chance(0.9) ? 'image' : 'video',
    image_src: story || random.chance(0.005) ? 'Image src error.' : imageSource(random),
    downloaded: story ? 0 : 1,
    save_location: `Local save in /data/${category}`,
    category,
    timestamp,
  };
}

/** 36 characters in the form of a random UUID. */
export function uuid(random: Random): string {
  const variant = 0x8000 | random.int(0x4000);
  return `${hex(random, 2)}-${hex(random, 1)}-4${hex(random, 1).slice(1)}-${variant.toString(16)}-${hex(random, 3)}`;
}

const categories = [
  'diy-and-crafts',
  'home-decor',
  'mens-fashion',
  'travel',
  'beauty',
  'art',
  'quotes',
  'tattoos',
  'event-planning',
  'education',
  'finance',
  'vehicles',
  'christmas',
];
const categoryWeights = categories.map((_, rank) => 1 / (1 + rank * 0.35));

const clean = real.pins.filter((pin) => pin.follower_count !== 'User Info Error');
const titles = clean.map((pin) => pin.title);
const descriptions = clean.map((pin) => pin.description);
const posters = clean.flatMap((pin) => pin.poster_name ?? []);
const tags = [...new Set(clean.flatMap((pin) => pin.tag_list.split(',')))];

function title(random: Random): string {
  return random.chance(0.5)
    ? random.pick(titles)
    : `${random.pick(tags)} – ${random.pick(tags)} No. ${random.int(100)}`;
}

function description(random: Random): string {
  if (random.chance(0.045)) return random.pick(['No description available', 'Untitled', '']);
  return `${random.pick(tags)}: ${random.pick(descriptions)}`;
}

function posterName(random: Random): string {
  return random.chance(0.3) ? random.pick(posters) : `${random.pick(tags)} by ${random.pick(posters)}`;
}

function followerCount(random: Random): string {
  return random.weighted([followers.thousands, followers.plain, followers.millions], [10, 4, 1])(random);
}

const followers = {
  thousands: (random: Random): string => `${1 + random.int(999)}k`,
  millions: (random: Random): string => `${1 + random.int(20)}M`,
  plain: (random: Random): string => (random.chance(0.05) ? '0' : String(random.int(1000))),
};

function tagList(random: Random): string {
  return Array.from({ length: 4 + random.int(6) }, () => random.pick(tags)).join(',');
}

function imageSource(random: Random): string {
  const name = hex(random, 8);
  const folder = `${name.slice(0, 2)}/${name.slice(2, 4)}/${name.slice(4, 6)}`;
  return `https://i.pinimg.com/originals/${folder}/${name}.${random.chance(0.9) ? 'jpg' : 'png'}`;
}

/** `words` times four hexadecimal digits. */
function hex(random: Random, words: number): string {
  let text = '';
  for (let word = 0; word < words; word++) text += (0x10000 + random.int(0x10000)).toString(16).slice(1);
  return text;
}

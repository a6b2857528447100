import type { randomOf } from '../random.js';

const categories = 'diy-and-crafts home-decor mens-fashion travel beauty art quotes tattoos event-planning education finance vehicles christmas'.split(' '); // prettier-ignore
const words = 'summer craft ideas for kids easy wall decor vintage style outfit men tattoo sleeve travel guide best budget home living room quotes love life wisdom party table setting wedding classroom teacher finance saving money coupon car classic engine christmas tree ornament beauty skin care nail art drawing sketch “quoted” naïve café – simple’s DIY & "bold" modern rustic farmhouse kitchen garden'.split(' '); // prettier-ignore
const hexDigits = '0123456789abcdef';
const posters = 5000;

/**
 * Makes the texts of new pins, all but the closing `,"timestamp":…}`: 8 % are stories, which lack most of what a pin has.
 *
 * The sequence is frozen, with every draw in its place: known answers stand on it.
 */
export function pinMaker(random: ReturnType<typeof randomOf>): () => string {
  const below = (limit: number): number => Math.floor(random() * limit);
  const upTo = upToShare();
  const text = (length: number): string => {
    let made = '';
    while (made.length < length) made += (made === '' ? '' : ' ') + words[below(words.length)]!;
    return made.slice(0, length);
  };
  const uuid = (): string => {
    let made = '';
    for (let at = 0; at < 36; at++) {
      if (at === 8 || at === 13 || at === 18 || at === 23) made += '-';
      else made += at === 14 ? '4' : hexDigits[below(16)]!;
    }
    return made;
  };
  const followers = (share: number): string => {
    if (share < 0.62) return `${1 + below(999)}k`;
    return share < 0.68 ? `${1 + below(20)}M` : String(below(1000));
  };
  const image = (): string => {
    const folders = uuid()
      .slice(0, 8)
      .replace(/(..)(..)(..)(..)/, '$1/$2/$3/$4');
    return `https://i.pinimg.com/originals/${folders}${uuid().replace(/-/g, '').slice(8)}.jpg`;
  };
  const names = Array.from({ length: posters }, () => text(8 + below(18)));

  return () => {
    const category = categories[upTo(random())]!;
    const share = random();
    const isStory = random() < 0.08;
    const follower_count = isStory ? 'User Info Error' : followers(share);
    const pin = {
      index: below(11_000),
      unique_id: uuid(),
      title: isStory ? 'No Title Data Available' : text(20 + below(50)),
      description: isStory ? 'No description available Story format' : text(30 + below(90)),
      poster_name: isStory ? 'User Info Error' : names[below(posters)]!,
      follower_count,
      tag_list: isStory
        ? 'N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e'
        : Array.from({ length: 4 + below(3) }, () => text(8 + below(6))).join(','),
      is_image_or_video: isStory ? 'multi-video(story page format)' : random() < 0.9 ? 'image' : 'video',
      image_src: isStory ? 'Image src error.' : image(),
      downloaded: isStory ? 0 : 1,
      save_location: `Local save in /data/${category}`,
      category,
    };
    return JSON.stringify(pin).slice(0, -1);
  };
}

/** Earlier categories are more frequent: which one a number from 0 to 1 falls into. */
function upToShare(): (share: number) => number {
  const weights = categories.map((_, i) => 1 / (1 + i * 0.35));
  const sum = weights.reduce((total, weight) => total + weight);
  let reached = 0;
  const bounds = weights.map((weight) => (reached += weight / sum));
  return (share) => bounds.findIndex((bound) => share <= bound + 1e-12);
}

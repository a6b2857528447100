import { emulatePins, type EmulatedRecord, type EmulatorOptions } from './emulator.js';
import { newGeo, newUser } from './new-post.js';
import { seededRandom } from './random.js';

/** What is posted, and to which path of the API. */
export type Post =
  | { readonly path: '/pin'; readonly body: string | Uint8Array; readonly record: EmulatedRecord }
  | { readonly path: '/geo' | '/user'; readonly body: string };

/**
 * The pins of the emulator, each with where it was posted from and by whom, as the original posts them: with a pin that is
 * posted again these two come again as they were.
 */
export function* emulatePosts(options: EmulatorOptions): Generator<Post> {
  const random = seededRandom((options.seed ?? 100) + 1);
  const before = new Map<string, { readonly geo: string; readonly user: string }>();
  for (const record of emulatePins(options)) {
    yield { path: '/pin', body: record.value, record };
    const { fate, id, index } = record.facts;
    if (fate !== 'good') continue;
    const { geo, user } = before.get(id) ?? {
      geo: JSON.stringify(newGeo(random, index)),
      user: JSON.stringify(newUser(random, index)),
    };
    before.set(id, { geo, user });
    yield { path: '/geo', body: geo };
    yield { path: '/user', body: user };
  }
}

import { emulatePins, type EmulatedRecord, type EmulatorOptions } from './emulator.js';
import { newGeo, newUser } from './new-post.js';
import { seededRandom } from './random.js';

/** What is posted, and to which path of the API. */
export type Post =
  | { readonly path: '/pin'; readonly body: string | Uint8Array; readonly record: EmulatedRecord }
  | { readonly path: '/geo' | '/user'; readonly body: string };

/** The pins of the emulator, each new one with where it was posted from and by whom, as the original posts them. */
export function* emulatePosts(options: EmulatorOptions): Generator<Post> {
  const random = seededRandom((options.seed ?? 100) + 1);
  const seen = new Set<string>();
  for (const record of emulatePins(options)) {
    yield { path: '/pin', body: record.value, record };
    const { fate, id, index } = record.facts;
    if (fate !== 'good' || seen.has(id)) continue;
    seen.add(id);
    yield { path: '/geo', body: JSON.stringify(newGeo(random, index)) };
    yield { path: '/user', body: JSON.stringify(newUser(random, index)) };
  }
}

import { createHash } from 'node:crypto';

/** Posts that had an idempotency key, under way or acknowledged. */
export interface KnownPosts {
  /** How many records the first post of that key had, once they are acknowledged; `other` where its body was another one, undefined where it is new. */
  find(key: string, body: Uint8Array): Promise<number> | 'other' | undefined;
  /** Remembers a post from now on; forgets it when it fails, so that it can be repeated. */
  add(key: string, body: Uint8Array, outcome: Promise<number>): void;
}

/** Remembers so many keys: of more, the one that was posted longest ago is forgotten. */
export function knownPosts(max: number): KnownPosts {
  const posts = new Map<string, { readonly hash: string; readonly outcome: Promise<number> }>();
  return {
    find(key, body) {
      const post = posts.get(key);
      return post !== undefined && post.hash !== hashOf(body) ? 'other' : post?.outcome;
    },
    add(key, body, outcome) {
      const post = { hash: hashOf(body), outcome };
      posts.set(key, post);
      if (posts.size > max) posts.delete(posts.keys().next().value!);
      outcome.catch(() => {
        if (posts.get(key) === post) posts.delete(key);
      });
    },
  };
}

function hashOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('base64');
}

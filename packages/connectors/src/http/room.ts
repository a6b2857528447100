/** Room for so many bytes, that those who come share. */
export interface Room {
  /** How many bytes are taken. */
  readonly taken: number;
  /** Takes bytes; false where there is no room for them. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

/** Room for `max` bytes. */
export function roomFor(max: number): Room {
  let taken = 0;
  return {
    get taken() {
      return taken;
    },
    take(bytes) {
      if (taken + bytes > max) return false;
      taken += bytes;
      return true;
    },
    give(bytes) {
      taken -= bytes;
    },
  };
}

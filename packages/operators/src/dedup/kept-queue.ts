const perChunk = 4096;

interface Chunk {
  readonly entries: Int32Array;
  readonly times: Float64Array;
  readonly groups: Int32Array;
}

/** What was kept, in the order of keeping. In chunks, so that a long queue is never copied and its past takes no memory. */
export class KeptQueue {
  private chunks: Chunk[] = [];
  /** Where the first one stands in the first chunk, and the end in the last one. */
  private first = 0;
  private end = perChunk;

  push(entry: number, time: number, group: number): void {
    if (this.end === perChunk) {
      this.chunks.push({
        entries: new Int32Array(perChunk),
        times: new Float64Array(perChunk),
        groups: new Int32Array(perChunk),
      });
      this.end = 0;
    }
    const { entries, times, groups } = this.chunks[this.chunks.length - 1]!;
    entries[this.end] = entry;
    times[this.end] = time;
    groups[this.end++] = group;
  }

  /** Takes out what stands at the front as long as `expired` says so of its time, and shows each to `take`. */
  shift(expired: (time: number) => boolean, take: (entry: number, time: number) => void): void {
    while (this.chunks.length > 0) {
      const { entries, times } = this.chunks[0]!;
      const end = this.chunks.length === 1 ? this.end : perChunk;
      for (; this.first < end; this.first++) {
        const time = times[this.first]!;
        if (!expired(time)) return;
        take(entries[this.first]!, time);
      }
      if (end < perChunk) return;
      this.chunks.shift();
      this.first = 0;
    }
  }

  /** Shows all from the front to the end. */
  each(see: (entry: number, time: number, group: number) => void): void {
    this.chunks.forEach(({ entries, times, groups }, chunk) => {
      const end = chunk === this.chunks.length - 1 ? this.end : perChunk;
      for (let i = chunk === 0 ? this.first : 0; i < end; i++) see(entries[i]!, times[i]!, groups[i]!);
    });
  }
}

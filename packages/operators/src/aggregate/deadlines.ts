import { grown } from '@millrace/core/operate';

/** Slots by deadline: a binary heap on typed arrays. A slot may be in it more than once. */
export class Deadlines {
  private times = new Float64Array(64);
  private slots = new Int32Array(64);
  private count = 0;

  /** Whether there is a deadline up to `time`. */
  isDue(time: number): boolean {
    return this.count > 0 && this.times[0]! <= time;
  }

  push(time: number, slot: number): void {
    this.times = grown(this.times, this.count + 1);
    this.slots = grown(this.slots, this.count + 1);
    let at = this.count++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.times[parent]! <= time) break;
      this.move(parent, at);
      at = parent;
    }
    this.put(at, time, slot);
  }

  /** Takes a slot of the least deadline out; there must be one. */
  pop(): number {
    const slot = this.slots[0]!;
    const last = --this.count;
    const time = this.times[last]!;
    let at = 0;
    for (let child = 1; child < last; child = 2 * at + 1) {
      if (child + 1 < last && this.times[child + 1]! < this.times[child]!) child++;
      if (this.times[child]! >= time) break;
      this.move(child, at);
      at = child;
    }
    this.put(at, time, this.slots[last]!);
    return slot;
  }

  private move(from: number, to: number): void {
    this.put(to, this.times[from]!, this.slots[from]!);
  }

  private put(at: number, time: number, slot: number): void {
    this.times[at] = time;
    this.slots[at] = slot;
  }
}

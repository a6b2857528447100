import { grown } from '@millrace/core/operate';

/** Groups by their entries, each once: those that were touched since somebody asked. */
export class ChangedGroups {
  private flags = new Uint8Array(64);
  private list: number[] = [];

  get size(): number {
    return this.list.length;
  }

  add(entries: Int32Array): void {
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]!;
      if (entry >= this.flags.length) this.flags = grown(this.flags, entry + 1);
      if (this.flags[entry] === 1) continue;
      this.flags[entry] = 1;
      this.list.push(entry);
    }
  }

  /** Those that were touched. */
  entries(): Int32Array {
    return Int32Array.from(this.list);
  }

  clear(): void {
    for (const entry of this.list) this.flags[entry] = 0;
    this.list = [];
  }
}

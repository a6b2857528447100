/** Reads an answer of Kafka's protocol, big-endian. Reading past the end throws a `RangeError`. */
export class WireReader {
  readonly buffer: Buffer;
  offset = 0;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
  }

  int8(): number {
    return this.buffer.readInt8(this.step(1));
  }

  int16(): number {
    return this.buffer.readInt16BE(this.step(2));
  }

  int32(): number {
    return this.buffer.readInt32BE(this.step(4));
  }

  int64(): number {
    return Number(this.buffer.readBigInt64BE(this.step(8)));
  }

  uvarint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.buffer.readUInt8(this.step(1));
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  }

  /** `size` bytes, without copying them. */
  bytes(size: number): Buffer {
    const from = this.step(size);
    if (this.offset > this.buffer.length) throw new RangeError('The answer is cut off.');
    return this.buffer.subarray(from, this.offset);
  }

  /** Text with a length of two bytes; empty where it is null. */
  text(): string {
    return this.bytes(Math.max(this.int16(), 0)).toString();
  }

  /** Text as the flexible versions of answers have it; empty where it is null. */
  compactText(): string {
    return this.bytes(Math.max(this.uvarint() - 1, 0)).toString();
  }

  /** The id of a topic; undefined where it has none. */
  uuid(): string | undefined {
    const hex = this.bytes(16).toString('hex');
    return /^0+$/.test(hex) ? undefined : hex;
  }

  list<T>(read: () => T): T[] {
    return this.items(this.int32(), read);
  }

  compactList<T>(read: () => T): T[] {
    return this.items(this.uvarint() - 1, read);
  }

  skipTags(): void {
    for (let count = this.uvarint(); count > 0; count--) {
      this.uvarint();
      this.bytes(this.uvarint());
    }
  }

  private items<T>(count: number, read: () => T): T[] {
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(read());
    return items;
  }

  private step(size: number): number {
    const at = this.offset;
    this.offset += size;
    return at;
  }
}

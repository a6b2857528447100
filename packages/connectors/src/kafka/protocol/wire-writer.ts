/**
 * Writes a request of Kafka's protocol, big-endian. It has the two members by which kafkajs recognises a body of its own
 * (`buf`, `buffer`).
 */
export class WireWriter {
  buf: Buffer = Buffer.allocUnsafe(256);
  offset = 0;

  get buffer(): Buffer {
    return this.buf.subarray(0, this.offset);
  }

  int8(value: number): this {
    const at = this.room(1);
    this.buf.writeInt8(value, at);
    return this;
  }

  int16(value: number): this {
    const at = this.room(2);
    this.buf.writeInt16BE(value, at);
    return this;
  }

  int32(value: number): this {
    const at = this.room(4);
    this.buf.writeInt32BE(value, at);
    return this;
  }

  /** A whole number that JavaScript can hold. */
  int64(value: number | bigint): this {
    const at = this.room(8);
    this.buf.writeBigInt64BE(BigInt(value), at);
    return this;
  }

  uvarint(value: number): this {
    let rest = value;
    while (rest > 127) {
      this.byte((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    return this.byte(rest);
  }

  /** Text with a length of two bytes. */
  text(value: string): this {
    return this.int16(Buffer.byteLength(value)).bytes(Buffer.from(value));
  }

  /** Text as the flexible versions of requests have it. */
  compactText(value: string): this {
    return this.uvarint(Buffer.byteLength(value) + 1).bytes(Buffer.from(value));
  }

  bytes(value: Uint8Array): this {
    const at = this.room(value.length);
    this.buf.set(value, at);
    return this;
  }

  /** The end of a structure of the flexible versions: no tagged field. */
  noTags(): this {
    return this.uvarint(0);
  }

  private byte(value: number): this {
    const at = this.room(1);
    this.buf[at] = value;
    return this;
  }

  /** Keeps room for `size` bytes, and gives the place of the first. */
  private room(size: number): number {
    const at = this.offset;
    this.offset += size;
    if (this.offset > this.buf.length) {
      const grown = Buffer.allocUnsafe(Math.max(2 * this.buf.length, this.offset));
      grown.set(this.buf.subarray(0, at));
      this.buf = grown;
    }
    return at;
  }
}

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
    this.buf.writeInt8(value, this.room(1));
    return this;
  }

  int16(value: number): this {
    this.buf.writeInt16BE(value, this.room(2));
    return this;
  }

  int32(value: number): this {
    this.buf.writeInt32BE(value, this.room(4));
    return this;
  }

  uint32(value: number): this {
    this.buf.writeUInt32BE(value, this.room(4));
    return this;
  }

  /** A whole number that JavaScript can hold. */
  int64(value: number | bigint): this {
    this.buf.writeBigInt64BE(BigInt(value), this.room(8));
    return this;
  }

  uvarint(value: number): this {
    let rest = value;
    while (rest > 127) {
      this.buf[this.room(1)] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.buf[this.room(1)] = rest;
    return this;
  }

  /** A signed number as zigzag, the way records have them. */
  varint(value: number): this {
    return this.uvarint(value < 0 ? -2 * value - 1 : 2 * value);
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
    this.buf.set(value, this.room(value.length));
    return this;
  }

  /** The end of a structure of the flexible versions: no tagged field. */
  noTags(): this {
    return this.uvarint(0);
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

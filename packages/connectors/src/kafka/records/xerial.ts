// The frame that Java's producers put around blocks of snappy: a head of 16 bytes, then blocks behind their lengths.

const magic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const headBytes = 16;

/** Whether bytes have the frame. */
export function isXerial(bytes: Buffer): boolean {
  return bytes.length >= headBytes && bytes.subarray(0, magic.length).equals(magic);
}

/** The blocks within the frame. */
export function unframed(bytes: Buffer): Buffer[] {
  const blocks: Buffer[] = [];
  for (let at = headBytes; at < bytes.length;) {
    const size = bytes.readInt32BE(at);
    if (size < 0 || at + 4 + size > bytes.length) throw new RangeError('a block of snappy is cut off');
    blocks.push(bytes.subarray(at + 4, at + 4 + size));
    at += 4 + size;
  }
  return blocks;
}

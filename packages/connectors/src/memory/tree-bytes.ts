// Plain data with typed arrays in it (columns, runs of records) as bytes, and back, bit for bit:
//
//   u32  length of the JSON
//   JSON the data, each array in it replaced by { "$": [type, first byte, length] }, bytes counted behind the JSON
//   …    the arrays as they are in memory, each at a multiple of 8
//
// Reading copies nothing: the arrays are views of the bytes that were read, which must start at a multiple of 8.

const arrayTypes = { Uint8Array, Int32Array, Float64Array, BigInt64Array };
type ArrayType = keyof typeof arrayTypes;
type TypedArray = InstanceType<(typeof arrayTypes)[ArrayType]>;

/** The bytes of plain data: objects, lists, text, numbers, and typed arrays. Their length is a multiple of 8. */
export function treeBytes(tree: unknown): Uint8Array {
  const arrays: { readonly array: TypedArray; readonly at: number }[] = [];
  let size = 0;
  const json = encoder.encode(
    JSON.stringify(tree, (_, value: unknown) => {
      if (!ArrayBuffer.isView(value)) return value;
      const array = value as TypedArray;
      const at = size;
      arrays.push({ array, at });
      size = roundUp(size + array.byteLength);
      return { $: [array.constructor.name, at, array.length] };
    }),
  );
  const start = roundUp(4 + json.length);
  const bytes = new Uint8Array(start + size);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 4);
  for (const { array, at } of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), start + at);
  }
  return bytes;
}

/** The data that `treeBytes` made these bytes of. */
export function treeOf(bytes: Uint8Array): unknown {
  const jsonLength = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
  const start = bytes.byteOffset + roundUp(4 + jsonLength);
  return JSON.parse(decoder.decode(bytes.subarray(4, 4 + jsonLength)), (_, value: unknown) => {
    if (!isArrayMark(value)) return value;
    const [type, at, length] = value.$;
    return new arrayTypes[type](bytes.buffer as ArrayBuffer, start + at, length);
  });
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function isArrayMark(value: unknown): value is { readonly $: readonly [ArrayType, number, number] } {
  return typeof value === 'object' && value !== null && '$' in value && Array.isArray(value.$);
}

function roundUp(length: number): number {
  return (length + 7) & ~7;
}

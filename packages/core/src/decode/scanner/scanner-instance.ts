import { decodeBase64, decodedLength } from '../base64.js';
import { compiledScanner } from './compiled-scanner.js';

/** The scanner of `packages/core/wasm`, and its memory. */
export interface ScannerInstance {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  /** Scans the part that is described at an address. */
  readonly scan: (part: number) => void;
}

// What is used of the platform's WebAssembly: the types of the language do not have it.
interface Platform {
  readonly WebAssembly?: {
    validate(bytes: Uint8Array): boolean;
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (module: object) => { readonly exports: unknown };
  };
}

let instance: ScannerInstance | undefined;
let asked = false;

/**
 * The one scanner of the process, made when it is first asked for; undefined where the platform has no WebAssembly, no
 * SIMD, or a policy against either. It is shared, since every memory of WebAssembly takes gigabytes of addresses: who
 * uses it takes what it has found before anybody else can.
 */
export function scannerInstance(): ScannerInstance | undefined {
  if (!asked) instance = newInstance((globalThis as Platform).WebAssembly);
  asked = true;
  return instance;
}

function newInstance(platform: Platform['WebAssembly']): ScannerInstance | undefined {
  const text = new TextEncoder().encode(compiledScanner);
  const bytes = new Uint8Array(decodedLength(text, 0, text.length));
  decodeBase64(text, 0, text.length, bytes);
  try {
    if (platform?.validate(bytes) !== true) return undefined;
    return new platform.Instance(new platform.Module(bytes)).exports as ScannerInstance;
  } catch {
    return undefined;
  }
}

const pageBytes = 65_536;

/** Whether the memory has so many bytes, or could be given them. */
export function hasRoom({ memory }: ScannerInstance, bytes: number): boolean {
  const missing = bytes - memory.buffer.byteLength;
  if (missing <= 0) return true;
  try {
    memory.grow(Math.ceil(missing / pageBytes));
    return true;
  } catch {
    return false;
  }
}

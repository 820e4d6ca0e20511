/** Writes a GGUF file (version 3): named values, then tensors in half precision. Only what a small test model needs. */

export type GgufValue =
  | { readonly uint32: number } | { readonly float32: number } | { readonly bool: boolean } | { readonly string: string }
  | { readonly strings: readonly string[] } | { readonly floats: readonly number[] } | { readonly ints: readonly number[] };
export interface Tensor {
  readonly name: string;
  /** Innermost first, as GGUF has it. */
  readonly shape: readonly number[];
  /** Norms are kept in single precision, everything else in half. */
  readonly single: boolean;
  value(index: number): number;
}

const TYPE = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;
const ALIGNMENT = 32;

/** Bytes at the end of a buffer that grows. */
class Bytes {
  #view = new DataView(new ArrayBuffer(65_536));
  length = 0;
  #room(bytes: number): number {
    const at = this.length;
    this.length += bytes;
    if (this.length > this.#view.byteLength) {
      const larger = new Uint8Array(Math.max(this.length, this.#view.byteLength * 2));
      larger.set(new Uint8Array(this.#view.buffer));
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
  uint8(value: number): void { const at = this.#room(1); this.#view.setUint8(at, value); }
  uint32(value: number): void { const at = this.#room(4); this.#view.setUint32(at, value, true); }
  int32(value: number): void { const at = this.#room(4); this.#view.setInt32(at, value, true); }
  uint64(value: number): void { const at = this.#room(8); this.#view.setBigUint64(at, BigInt(value), true); }
  float32(value: number): void { const at = this.#room(4); this.#view.setFloat32(at, value, true); }
  float16(value: number): void { const at = this.#room(2); this.#view.setFloat16(at, value, true); }
  string(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.uint64(bytes.length);
    for (const byte of bytes) this.uint8(byte);
  }
  align(): void { while (this.length % ALIGNMENT !== 0) this.uint8(0); }
  take(): Uint8Array { return new Uint8Array(this.#view.buffer, 0, this.length); }
}

const list = <T>(bytes: Bytes, type: number, items: readonly T[], write: (item: T) => void): void => {
  bytes.uint32(TYPE.array);
  bytes.uint32(type);
  bytes.uint64(items.length);
  for (const item of items) write(item);
};
const writeValue = (bytes: Bytes, value: GgufValue): void => {
  if ("uint32" in value) { bytes.uint32(TYPE.uint32); bytes.uint32(value.uint32); }
  else if ("float32" in value) { bytes.uint32(TYPE.float32); bytes.float32(value.float32); }
  else if ("bool" in value) { bytes.uint32(TYPE.bool); bytes.uint8(value.bool ? 1 : 0); }
  else if ("string" in value) { bytes.uint32(TYPE.string); bytes.string(value.string); }
  else if ("strings" in value) list(bytes, TYPE.string, value.strings, (item) => bytes.string(item));
  else if ("floats" in value) list(bytes, TYPE.float32, value.floats, (item) => bytes.float32(item));
  else list(bytes, TYPE.int32, value.ints, (item) => bytes.int32(item));
};
const sizeOf = (tensor: Tensor): number => tensor.shape.reduce((product, side) => product * side, 1);
const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

export const writeGguf = (values: Readonly<Record<string, GgufValue>>, tensors: readonly Tensor[]): Uint8Array => {
  const bytes = new Bytes();
  for (const letter of "GGUF") bytes.uint8(letter.charCodeAt(0));
  bytes.uint32(3);
  bytes.uint64(tensors.length);
  bytes.uint64(Object.keys(values).length);
  for (const [key, value] of Object.entries(values)) {
    bytes.string(key);
    writeValue(bytes, value);
  }
  let offset = 0;
  for (const tensor of tensors) {
    bytes.string(tensor.name);
    bytes.uint32(tensor.shape.length);
    for (const side of tensor.shape) bytes.uint64(side);
    bytes.uint32(tensor.single ? 0 : 1);
    bytes.uint64(offset);
    offset += aligned(sizeOf(tensor) * (tensor.single ? 4 : 2));
  }
  for (const tensor of tensors) {
    bytes.align();
    for (let index = 0; index < sizeOf(tensor); index += 1) {
      if (tensor.single) bytes.float32(tensor.value(index));
      else bytes.float16(tensor.value(index));
    }
  }
  bytes.align();
  return bytes.take();
};

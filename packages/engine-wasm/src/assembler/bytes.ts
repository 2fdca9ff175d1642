/** How are numbers and lists written in a WebAssembly module? */

/** Appends an unsigned number, in groups of seven bits. */
export function writeUnsigned(out: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    out.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  out.push(rest);
}

/** Appends a signed number of 32 bits, in groups of seven bits. */
export function writeSigned(out: number[], value: number): void {
  let rest = value | 0;
  for (;;) {
    const bits = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (bits & 0x40) === 0) || (rest === -1 && (bits & 0x40) !== 0)) {
      out.push(bits);
      return;
    }
    out.push(bits | 0x80);
  }
}

/** The bytes of numbers as they lie in memory. */
export function bytesOf(numbers: Float32Array | Float64Array | Int32Array): readonly number[] {
  return [...new Uint8Array(numbers.buffer)];
}

/** Appends one item after the other. */
export function append(out: number[], items: readonly number[]): void {
  for (const item of items) out.push(item);
}

/** How are numbers and lists written in a WebAssembly module? */

/** Bytes that become more. */
export class Bytes {
  #array: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** Room for so many bytes, which grows. */
  constructor(room = 256) {
    this.#array = new Uint8Array(room);
  }

  get length(): number {
    return this.#length;
  }

  push(byte: number): void {
    if (this.#length === this.#array.length) this.#grow(1);
    this.#array[this.#length++] = byte;
  }

  append(bytes: ArrayLike<number>): void {
    const { length } = bytes;
    if (this.#length + length > this.#array.length) this.#grow(length);
    for (let index = 0; index < length; index++) this.#array[this.#length + index] = bytes[index]!;
    this.#length += length;
  }

  /** An unsigned number, in groups of seven bits. */
  unsigned(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.push((rest & 0x7f) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.push(rest);
  }

  /** A length, and as many bytes. */
  sized(bytes: Uint8Array): void {
    this.unsigned(bytes.length);
    if (this.#length + bytes.length > this.#array.length) this.#grow(bytes.length);
    this.#array.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Characters of ASCII. */
  text(characters: string): void {
    this.unsigned(characters.length);
    for (let index = 0; index < characters.length; index++) this.push(characters.charCodeAt(index));
  }

  /** What has been written, in memory that is shared with what comes. */
  get view(): Uint8Array<ArrayBuffer> {
    return this.#array.subarray(0, this.#length);
  }

  #grow(needed: number): void {
    const larger = new Uint8Array(Math.max(2 * this.#array.length, this.#length + needed));
    larger.set(this.#array);
    this.#array = larger;
  }
}

/** An unsigned number, in groups of seven bits. */
export function unsigned(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(Math.floor(value / 0x80))];
}

/** A signed number of 32 bits, in groups of seven bits, after other bytes. */
export function signed(value: number, before: readonly number[]): readonly number[] {
  const bytes = [...before];
  let rest = value | 0;
  for (;;) {
    const bits = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (bits & 0x40) === 0) || (rest === -1 && (bits & 0x40) !== 0)) {
      bytes.push(bits);
      return bytes;
    }
    bytes.push(bits | 0x80);
  }
}

/** In which order are float32 numbers? Each has a place among all of them, or shares one with those that have its first bits. */
/** How many of the 32 bits of a place count. */
export type Bits = 16 | 32;

/** The places of float32 numbers in their order: those of larger ones are larger. */
export class Places {
  readonly #view = new Float32Array(1);
  readonly #bits = new Uint32Array(this.#view.buffer);

  /** -0 has the place of 0. */
  placeOf(value: number): number {
    this.#view[0] = value === 0 ? 0 : value;
    const bits = this.#bits[0]!;
    return (bits & 0x80000000 ? ~bits : bits | 0x80000000) >>> 0;
  }

  numberAt(place: number): number {
    this.#bits[0] = (place & 0x80000000 ? place & 0x7fffffff : ~place) >>> 0;
    return this.#view[0]!;
  }
}

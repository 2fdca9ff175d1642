/** Which parts of a memory are free? Each chunk begins with a header, which lies in the memory itself. */

/** Chunks begin and end at multiples of so many bytes, a line of the processor's cache. A header takes one. */
export const granuleBytes = 64;

const wordsPerGranule = granuleBytes / 4;

// The words of a header. Sizes are in granules and without the header; chunks are named by the granule of their header.
const sizeWord = 0;
const stateWord = 1;
const beforeWord = 2;
// The free chunks of a bin are a list, linked both ways; 0 is the end.
const nextWord = 3;
const previousWord = 4;

// Numbers that a header has by accident least of all, so that an address that is none is recognised.
const used = 0x75736564;
const free = 0x66726565;

/** Sizes below have a bin each, and all chunks of such a bin fit; each doubling above is shared by `binsPerDoubling`. */
const exactSizes = 32;
const binsPerDoubling = 8;

/** Of 2^26 granules in 4 GiB. */
const binCount = exactSizes + (26 - 5 + 1) * binsPerDoubling;

/** How many chunks of a bin whose chunks may be too small are tried before a larger chunk is split. */
const mostTried = 16;

/**
 * Divides the words of a memory into chunks. Neighbouring free chunks are joined at once, and the smallest bin with a chunk that fits
 * gives the chunk released last, which is likely still in the processor's cache.
 */
export class Chunks {
  #words: Int32Array;
  /** The last granule: the header of a chunk without a size, which is never free, so that no chunk has to ask whether it is the last. */
  #end: number;
  /** The first free chunk of each bin, or 0. */
  readonly #first = new Int32Array(binCount);
  /** A bit for each bin: whether it has chunks. */
  readonly #filled = new Int32Array(Math.ceil(binCount / 32));
  #inUse = 0;

  /** All granules of the words from `start` on are one free chunk; what is before is never touched. */
  constructor(words: Int32Array, start: number) {
    this.#words = words;
    this.#end = start;
    this.extend(words);
  }

  /** Granules of chunks that are not free, headers included. */
  get inUse(): number {
    return this.#inUse;
  }

  /** A chunk of at least so many granules; 0 if none is large enough. */
  take(size: number): number {
    const chunk = this.#find(size);
    if (chunk === 0) return 0;
    this.#unlink(chunk);
    this.#split(chunk, size);
    const header = chunk * wordsPerGranule;
    this.#words[header + stateWord] = used;
    this.#inUse += this.#words[header + sizeWord]! + 1;
    return chunk;
  }

  /** Whether this is a chunk that was taken, and not released since. */
  isTaken(chunk: number): boolean {
    return chunk > 0 && chunk < this.#end && this.#words[chunk * wordsPerGranule + stateWord] === used;
  }

  /** Makes a chunk that was taken free, together with its free neighbours. */
  release(chunk: number): void {
    const words = this.#words;
    this.#inUse -= words[chunk * wordsPerGranule + sizeWord]! + 1;
    const after = chunk + 1 + words[chunk * wordsPerGranule + sizeWord]!;
    if (this.#isFree(after)) {
      this.#unlink(after);
      this.#join(chunk, after);
    }
    const before = words[chunk * wordsPerGranule + beforeWord]!;
    if (before !== 0 && this.#isFree(before)) {
      this.#unlink(before);
      this.#join(before, chunk);
      this.#link(before);
    } else this.#link(chunk);
  }

  /** How many granules more the memory needs for a chunk of this size at its end. */
  shortOf(size: number): number {
    const header = this.#end * wordsPerGranule;
    const last = this.#words[header + beforeWord]!;
    if (last === 0 || !this.#isFree(last)) return size + 1;
    return size - this.#words[last * wordsPerGranule + sizeWord]!;
  }

  /** Adds what the memory has grown by; these are its words now. */
  extend(words: Int32Array): void {
    this.#words = words;
    const chunk = this.#end;
    const size = words.length / wordsPerGranule - chunk - 2;
    this.#end = chunk + 1 + size;
    words[chunk * wordsPerGranule + sizeWord] = size;
    words[this.#end * wordsPerGranule + sizeWord] = 0;
    words[this.#end * wordsPerGranule + stateWord] = 0;
    words[this.#end * wordsPerGranule + beforeWord] = chunk;
    // Taken and released, it joins a free chunk before it.
    words[chunk * wordsPerGranule + stateWord] = used;
    this.#inUse += size + 1;
    this.release(chunk);
  }

  #isFree(chunk: number): boolean {
    return this.#words[chunk * wordsPerGranule + stateWord] === free;
  }

  #find(size: number): number {
    const bin = binOf(size);
    if (bin < exactSizes) return this.#firstFrom(bin);
    const near = this.#search(bin, size, mostTried);
    if (near !== 0) return near;
    const larger = this.#firstFrom(bin + 1);
    return larger === 0 ? this.#search(bin, size, Infinity) : larger;
  }

  /** A chunk that is large enough, among the first ones of a bin. */
  #search(bin: number, size: number, most: number): number {
    const words = this.#words;
    let chunk = this.#first[bin]!;
    for (let tried = 0; chunk !== 0 && tried < most; tried++) {
      if (words[chunk * wordsPerGranule + sizeWord]! >= size) return chunk;
      chunk = words[chunk * wordsPerGranule + nextWord]!;
    }
    return 0;
  }

  /** The first chunk of the first bin that has any, from this one on. */
  #firstFrom(bin: number): number {
    let word = bin >>> 5;
    let bits = this.#filled[word]! & (-1 << (bin & 31));
    while (bits === 0) {
      word++;
      if (word === this.#filled.length) return 0;
      bits = this.#filled[word]!;
    }
    return this.#first[word * 32 + 31 - Math.clz32(bits & -bits)]!;
  }

  /** Makes what a chunk has beyond this size a free chunk, if that is enough for one. */
  #split(chunk: number, size: number): void {
    const words = this.#words;
    const header = chunk * wordsPerGranule;
    const rest = words[header + sizeWord]! - size - 1;
    if (rest < 1) return;
    words[header + sizeWord] = size;
    const behind = chunk + 1 + size;
    words[behind * wordsPerGranule + sizeWord] = rest;
    words[behind * wordsPerGranule + beforeWord] = chunk;
    words[(behind + 1 + rest) * wordsPerGranule + beforeWord] = behind;
    this.#link(behind);
  }

  /** Adds a chunk to the one before it. */
  #join(before: number, chunk: number): void {
    const words = this.#words;
    const size = words[before * wordsPerGranule + sizeWord]! + 1 + words[chunk * wordsPerGranule + sizeWord]!;
    words[before * wordsPerGranule + sizeWord] = size;
    words[chunk * wordsPerGranule + stateWord] = 0;
    words[(before + 1 + size) * wordsPerGranule + beforeWord] = before;
  }

  /** Puts a chunk first in the list of its bin. */
  #link(chunk: number): void {
    const words = this.#words;
    const header = chunk * wordsPerGranule;
    const bin = binOf(words[header + sizeWord]!);
    const next = this.#first[bin]!;
    words[header + stateWord] = free;
    words[header + nextWord] = next;
    words[header + previousWord] = 0;
    if (next !== 0) words[next * wordsPerGranule + previousWord] = chunk;
    this.#first[bin] = chunk;
    this.#filled[bin >>> 5]! |= 1 << (bin & 31);
  }

  /** Takes a free chunk out of the list of its bin. */
  #unlink(chunk: number): void {
    const words = this.#words;
    const header = chunk * wordsPerGranule;
    const next = words[header + nextWord]!;
    const previous = words[header + previousWord]!;
    if (next !== 0) words[next * wordsPerGranule + previousWord] = previous;
    if (previous !== 0) {
      words[previous * wordsPerGranule + nextWord] = next;
      return;
    }
    const bin = binOf(words[header + sizeWord]!);
    this.#first[bin] = next;
    if (next === 0) this.#filled[bin >>> 5]! &= ~(1 << (bin & 31));
  }
}

/** The bin of chunks of this size, in granules. */
function binOf(size: number): number {
  if (size < exactSizes) return size;
  const doublings = 31 - Math.clz32(size);
  return exactSizes + (doublings - 5) * binsPerDoubling + ((size >>> (doublings - 3)) & (binsPerDoubling - 1));
}

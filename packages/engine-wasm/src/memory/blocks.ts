/** Which parts of a memory are free? Each block begins with a header, which lies in the memory itself. */

/** Blocks begin and end at multiples of so many bytes, a line of the processor's cache. A header takes one. */
export const granuleBytes = 64;

const wordsPerGranule = granuleBytes / 4;

// The words of a header. Sizes are in granules and without the header; blocks are named by the granule of their header.
const sizeWord = 0;
const stateWord = 1;
const beforeWord = 2;
// The free blocks of a bin are a list, linked both ways; 0 is the end.
const nextWord = 3;
const previousWord = 4;

// Numbers that a header has by accident least of all, so that an address that is none is recognised.
const used = 0x75736564;
const free = 0x66726565;

/** Sizes below have a bin each, and all blocks of such a bin fit; each doubling above is shared by `binsPerDoubling`. */
const exactSizes = 32;
const binsPerDoubling = 8;

/** Of 2^26 granules in 4 GiB. */
const binCount = exactSizes + (26 - 5 + 1) * binsPerDoubling;

/** How many blocks of a bin whose blocks may be too small are tried before a larger block is split. */
const mostTried = 16;

/**
 * Divides the words of a memory into blocks. Neighbouring free blocks are joined at once, and the smallest bin with a block that fits
 * gives the block released last, which is likely still in the processor's cache.
 */
export class Blocks {
  #words: Int32Array;
  /** The last granule: the header of a block without a size, which is never free, so that no block has to ask whether it is the last. */
  #end: number;
  /** The first free block of each bin, or 0. */
  readonly #first = new Int32Array(binCount);
  /** A bit for each bin: whether it has blocks. */
  readonly #filled = new Int32Array(Math.ceil(binCount / 32));
  #inUse = 0;

  /** All granules of the words from `start` on are one free block; what is before is never touched. */
  constructor(words: Int32Array, start: number) {
    this.#words = words;
    this.#end = start;
    this.extend(words);
  }

  /** Granules of blocks that are not free, headers included. */
  get inUse(): number {
    return this.#inUse;
  }

  /** A block of at least so many granules; 0 if none is large enough. */
  take(size: number): number {
    const block = this.#find(size);
    if (block === 0) return 0;
    this.#unlink(block);
    this.#split(block, size);
    const header = block * wordsPerGranule;
    this.#words[header + stateWord] = used;
    this.#inUse += this.#words[header + sizeWord]! + 1;
    return block;
  }

  /** Whether this is a block that was taken, and not released since. */
  isTaken(block: number): boolean {
    return block > 0 && block < this.#end && this.#words[block * wordsPerGranule + stateWord] === used;
  }

  /** Makes a block that was taken free, together with its free neighbours. */
  release(block: number): void {
    const words = this.#words;
    this.#inUse -= words[block * wordsPerGranule + sizeWord]! + 1;
    const after = block + 1 + words[block * wordsPerGranule + sizeWord]!;
    if (this.#isFree(after)) {
      this.#unlink(after);
      this.#join(block, after);
    }
    const before = words[block * wordsPerGranule + beforeWord]!;
    if (before !== 0 && this.#isFree(before)) {
      this.#unlink(before);
      this.#join(before, block);
      this.#link(before);
    } else this.#link(block);
  }

  /** How many granules more the memory needs for a block of this size at its end. */
  shortOf(size: number): number {
    const header = this.#end * wordsPerGranule;
    const last = this.#words[header + beforeWord]!;
    if (last === 0 || !this.#isFree(last)) return size + 1;
    return size - this.#words[last * wordsPerGranule + sizeWord]!;
  }

  /** Adds what the memory has grown by; these are its words now. */
  extend(words: Int32Array): void {
    this.#words = words;
    const block = this.#end;
    const size = words.length / wordsPerGranule - block - 2;
    this.#end = block + 1 + size;
    words[block * wordsPerGranule + sizeWord] = size;
    words[this.#end * wordsPerGranule + sizeWord] = 0;
    words[this.#end * wordsPerGranule + stateWord] = 0;
    words[this.#end * wordsPerGranule + beforeWord] = block;
    // Taken and released, it joins a free block before it.
    words[block * wordsPerGranule + stateWord] = used;
    this.#inUse += size + 1;
    this.release(block);
  }

  #isFree(block: number): boolean {
    return this.#words[block * wordsPerGranule + stateWord] === free;
  }

  #find(size: number): number {
    const bin = binOf(size);
    if (bin < exactSizes) return this.#firstFrom(bin);
    const near = this.#search(bin, size, mostTried);
    if (near !== 0) return near;
    const larger = this.#firstFrom(bin + 1);
    return larger === 0 ? this.#search(bin, size, Infinity) : larger;
  }

  /** A block that is large enough, among the first ones of a bin. */
  #search(bin: number, size: number, most: number): number {
    const words = this.#words;
    let block = this.#first[bin]!;
    for (let tried = 0; block !== 0 && tried < most; tried++) {
      if (words[block * wordsPerGranule + sizeWord]! >= size) return block;
      block = words[block * wordsPerGranule + nextWord]!;
    }
    return 0;
  }

  /** The first block of the first bin that has any, from this one on. */
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

  /** Makes what a block has beyond this size a free block, if that is enough for one. */
  #split(block: number, size: number): void {
    const words = this.#words;
    const header = block * wordsPerGranule;
    const rest = words[header + sizeWord]! - size - 1;
    if (rest < 1) return;
    words[header + sizeWord] = size;
    const behind = block + 1 + size;
    words[behind * wordsPerGranule + sizeWord] = rest;
    words[behind * wordsPerGranule + beforeWord] = block;
    words[(behind + 1 + rest) * wordsPerGranule + beforeWord] = behind;
    this.#link(behind);
  }

  /** Adds a block to the one before it. */
  #join(before: number, block: number): void {
    const words = this.#words;
    const size = words[before * wordsPerGranule + sizeWord]! + 1 + words[block * wordsPerGranule + sizeWord]!;
    words[before * wordsPerGranule + sizeWord] = size;
    words[block * wordsPerGranule + stateWord] = 0;
    words[(before + 1 + size) * wordsPerGranule + beforeWord] = before;
  }

  /** Puts a block first in the list of its bin. */
  #link(block: number): void {
    const words = this.#words;
    const header = block * wordsPerGranule;
    const bin = binOf(words[header + sizeWord]!);
    const next = this.#first[bin]!;
    words[header + stateWord] = free;
    words[header + nextWord] = next;
    words[header + previousWord] = 0;
    if (next !== 0) words[next * wordsPerGranule + previousWord] = block;
    this.#first[bin] = block;
    this.#filled[bin >>> 5]! |= 1 << (bin & 31);
  }

  /** Takes a free block out of the list of its bin. */
  #unlink(block: number): void {
    const words = this.#words;
    const header = block * wordsPerGranule;
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

/** The bin of blocks of this size, in granules. */
function binOf(size: number): number {
  if (size < exactSizes) return size;
  const doublings = 31 - Math.clz32(size);
  return exactSizes + (doublings - 5) * binsPerDoubling + ((size >>> (doublings - 3)) & (binsPerDoubling - 1));
}

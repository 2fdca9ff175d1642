/** Where do random numbers come from, the same at every run? */

/** A source of numbers that look random and follow from its seed alone. */
export interface Random {
  /** From 0 to below 1, each alike. */
  uniform(): number;
  /** From the standard normal distribution. */
  normal(): number;
}

/** The source that follows from a seed of 32 bits (mulberry32: T. Ettinger, 2017; normal by G. Box, M. Muller, 1958). */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    uniform,
    // 1 - uniform() is never 0, whose logarithm is infinite.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}

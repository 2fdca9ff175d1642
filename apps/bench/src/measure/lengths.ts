/** How long are the axes of the catalogue's losses? */

/** The lengths of the axes of samples, by name. */
export type Lengths = Readonly<Record<string, number>>;

/** The lengths if nobody says: a batch that takes longer than a call costs. */
export const usualLengths: Lengths = { batch: 4096, classes: 100, D: 100, K: 16, clusters: 8, factors: 2, pieces: 2 };

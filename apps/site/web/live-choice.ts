/** Which losses can be moved on the start page, and by which option? */

/** The name of a loss that can be moved. */
export type LiveLossName = keyof typeof liveLosses;

/** For each loss its argument, and its option with the ends of a slider and where it begins. */
export const liveLosses = {
  huber: { argument: "predictions", option: "delta", min: 0.1, max: 3, start: 1 },
  pinball: { argument: "predictions", option: "quantile", min: 0, max: 1, start: 0.8 },
  epsilonInsensitive: { argument: "predictions", option: "epsilon", min: 0, max: 2, start: 0.5 },
  sigmoidFocalCrossentropyLogits: { argument: "logits", option: "gamma", min: 0, max: 5, start: 2 },
} as const satisfies Readonly<Record<string, LiveLossRow>>;

interface LiveLossRow {
  readonly argument: string;
  readonly option: string;
  readonly min: number;
  readonly max: number;
  readonly start: number;
}

/** The names in the order of the list. */
export const liveLossNames: readonly LiveLossName[] = Object.keys(liveLosses) as LiveLossName[];

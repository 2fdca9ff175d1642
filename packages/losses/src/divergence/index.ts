/** How far distributions, or measures, are apart. */
export { generalizedKlDivergence } from "./generalized-kl-divergence.ts";
export { jensenShannonDivergence } from "./jensen-shannon-divergence.ts";
export { klDivergence } from "./kl-divergence.ts";
export { klDivergenceLog } from "./kl-divergence-log.ts";
export { klDivergenceLogits } from "./kl-divergence-logits.ts";
export { klDivergenceProbabilities } from "./kl-divergence-probabilities.ts";

/** Losses and scores of language models. */
export { distillation } from "./distillation.ts";
export { perplexity } from "./perplexity.ts";
export { zLoss } from "./z-loss.ts";

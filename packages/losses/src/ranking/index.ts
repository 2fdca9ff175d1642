/** Losses and scores of the order of the items of a list. */
export { approxNdcg } from "./approx-ndcg.ts";
export { dcg } from "./dcg.ts";
export { listMle } from "./list-mle.ts";
export { ndcg } from "./ndcg.ts";
export { pairwiseHinge } from "./pairwise-hinge.ts";
export { pairwiseLogistic } from "./pairwise-logistic.ts";
export { rankingSoftmax } from "./ranking-softmax.ts";

/** Which statistics are there? */
export { averagePrecision, rocAuc } from "./order.ts";
export { calibration } from "./calibration.ts";
export { clusteringAccuracy, confusion } from "./confusion.ts";
export { mean, perplexity, sum } from "./sums.ts";
export { moments } from "./moments.ts";
export { ndcg } from "./ndcg.ts";
export { quantiles } from "./quantiles.ts";
export { topK } from "./top-k.ts";

/** The losses of numbers that are to be near to others. */
export { huber } from "./huber.ts";
export { logCosh } from "./log-cosh.ts";
export { squaredDifferences } from "./squared-differences.ts";
export { explainedVariance } from "./explained-variance.ts";
export { absoluteDifferences } from "./absolute-differences.ts";
export { absolutePercentageErrors } from "./absolute-percentage-errors.ts";
export { cosineDistance } from "./cosine-distance.ts";
export { cosineSimilarity } from "./cosine-similarity.ts";
export { gaussianNll } from "./gaussian-nll.ts";
export { gaussianNllLog } from "./gaussian-nll-log.ts";
export { poissonNll } from "./poisson-nll.ts";
export { poissonNllLog } from "./poisson-nll-log.ts";
export { rootMeanSquaredError } from "./root-mean-squared-error.ts";
export { smoothL1 } from "./smooth-l1.ts";
export { squaredLogDifferences } from "./squared-log-differences.ts";

/** The losses of numbers that are to be near to others. */
export { huber } from "./huber.ts";
export { logCosh } from "./log-cosh.ts";
export { squaredDifferences } from "./squared-differences.ts";
export { explainedVariance } from "./explained-variance.ts";

/** The losses of clusters. */
export { adjustedRandIndex } from "./adjusted-rand-index.ts";
export { clusteringAccuracy } from "./clustering-accuracy.ts";
export { normalizedMutualInformation } from "./normalized-mutual-information.ts";

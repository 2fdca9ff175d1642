/** The losses of clusters. */
export { clusteringAccuracy } from "./clustering-accuracy.ts";

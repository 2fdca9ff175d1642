/** Which families of losses are there? What they export and has a definition is the catalogue. */
export * from "./classification/index.ts";
export * from "./clustering/index.ts";
export * from "./divergence/index.ts";
export * from "./embedding/index.ts";
export * from "./language/index.ts";
export * from "./metrics/index.ts";
export * from "./policy/index.ts";
export * from "./ranking/index.ts";
export * from "./regression/index.ts";
export * from "./segmentation/index.ts";
export * from "./sequence/index.ts";
export * from "./variational/index.ts";

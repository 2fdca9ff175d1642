/** Which files can rows be read from? The second entry of the package, `@symloss/evaluation/files`, for Node.js. */
export { type FileCheckpointOptions, fileCheckpoint } from "./file-checkpoint.ts";
export { fileRuns } from "./file-runs.ts";
export { type FilesOptions, files } from "./files.ts";
export { idx } from "./idx.ts";
export { npy } from "./npy.ts";

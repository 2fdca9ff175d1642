/** Which files can rows be read from? The second entry of the package, `@symloss/evaluation/files`, for Node.js. */
export { idx, npy } from "./array-files.ts";
export { type FileCheckpointOptions, fileCheckpoint } from "./file-checkpoint.ts";
export { fileRuns } from "./file-runs.ts";
export { type DuckDBOptions, duckdb } from "./duckdb.ts";
export { type FilesOptions, files } from "./files.ts";

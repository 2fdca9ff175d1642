/** Which files can a page read rows from? The fourth entry of the package, `@symloss/evaluation/web`, for browsers and Node.js. */
export type { Address } from "./addresses.ts";
export { type ArrayFiles, idx, npy } from "./array-files.ts";
export type { Answer, AskOptions, Fetch } from "./ask-options.ts";
export type { BlobLike, FileLike } from "./blob-like.ts";
export { type BlobsOptions, blobs } from "./blobs.ts";
export { type UrlsOptions, urls } from "./urls.ts";

/** What is a Blob, in a word of this package? Who reads its declarations may have none of browsers or Node.js. */

/** What is used of a `Blob`. */
export interface BlobLike {
  readonly size: number;
  slice(start?: number, end?: number): BlobLike;
  /** A `ReadableStream` of its bytes. */
  stream(): unknown;
}

/** What is used of a `File`. */
export interface FileLike extends BlobLike {
  readonly name: string;
  /** In milliseconds. */
  readonly lastModified: number;
  /** Its path below the folder that was chosen. */
  readonly webkitRelativePath?: string;
}

/** Which files at addresses, or chosen by a user, are arrays, each a column? */
import { checkOptions } from "@symloss/core/engine";
import { type FileKind, type HeaderReader, columnFiles } from "../formats/column-files.ts";
import { readIdxHeader } from "../formats/idx.ts";
import { readNpyHeader } from "../formats/npy.ts";
import type { Source } from "../source.ts";
import { type Address, isAddress, wholeAddress } from "./addresses.ts";
import type { AskOptions } from "./ask-options.ts";
import { askTable } from "./asking.ts";
import { blobBytes, isBlob } from "./blob-bytes.ts";
import type { BlobLike, FileLike } from "./blob-like.ts";
import { openUrl } from "./url-bytes.ts";

/** A file of each column: its address, or a `Blob`. */
export type ArrayFiles = Readonly<Record<string, Address | BlobLike>>;

/** The rows of files whose arrays have headers of one kind. */
function arraysIn(caller: string, columns: ArrayFiles, options: AskOptions, header: HeaderReader): Source {
  const asked = checkOptions(caller, options, askTable) as AskOptions;
  const kind: FileKind = {
    must: "addresses or Blobs",
    holds: (value) => isBlob(value) || isAddress(value),
    open: (value) =>
      isBlob(value)
        ? blobBytes(caller, (value as Partial<FileLike>).name ?? "a Blob", value)
        : openUrl(caller, wholeAddress(caller, value), asked),
  };
  return columnFiles(caller, columns, kind, header);
}

/**
 * The rows of arrays of NumPy, each a file and a column: `npy({ label: "https://example.org/labels.npy" })`. Their first axes are those of rows.
 * Files may be compressed by gzip. Throws `OutOfRangeError` if columns are no record of addresses or Blobs; the run throws `DTypeError`, naming
 * the file, if one is no such file, has a type that no dtype holds, or other rows than the rest.
 */
export function npy(columns: ArrayFiles, options: AskOptions = {}): Source {
  return arraysIn("npy", columns, options, readNpyHeader);
}

/**
 * The rows of IDX files, as MNIST has them, each a column: `idx({ label: "https://example.org/t10k-labels-idx1-ubyte.gz" })`. Their first axes are
 * those of rows. Files may be compressed by gzip. Throws `OutOfRangeError` if columns are no record of addresses or Blobs; the run throws
 * `DTypeError`, naming the file, if one is no such file, or has other rows than the rest.
 */
export function idx(columns: ArrayFiles, options: AskOptions = {}): Source {
  return arraysIn("idx", columns, options, readIdxHeader);
}

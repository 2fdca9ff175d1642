/** Which files at paths are arrays, each a column? */
import { type FileKind, columnFiles } from "../formats/column-files.ts";
import { readIdxHeader } from "../formats/idx.ts";
import { readNpyHeader } from "../formats/npy.ts";
import type { Source } from "../source.ts";
import { pathBytes } from "./path-bytes.ts";

const pathsFor = (caller: string): FileKind => ({
  must: "names of files",
  holds: (value) => typeof value === "string",
  open: (value) => pathBytes(caller, value as string),
});

/**
 * The rows of arrays of NumPy, each a file and a column: `npy({ label: "labels.npy", logits: "logits.npy" })`. Their first axes are those of rows.
 * Files may be compressed by gzip. Throws `OutOfRangeError` if columns are no record of names of files; the run throws `DTypeError`, naming the
 * file, if one is no such file, has a type that no dtype holds, or other rows than the rest.
 */
export function npy(columns: Readonly<Record<string, string>>): Source {
  return columnFiles("npy", columns, pathsFor("npy"), readNpyHeader);
}

/**
 * The rows of IDX files, each a column: `idx({ label: "t10k-labels-idx1-ubyte.gz", image: "t10k-images-idx3-ubyte.gz" })`. Their first axes are
 * those of rows. Files may be compressed by gzip. Throws `OutOfRangeError` if columns are no record of names of files; the run throws `DTypeError`,
 * naming the file, if one is no such file, or has other rows than the rest.
 */
export function idx(columns: Readonly<Record<string, string>>): Source {
  return columnFiles("idx", columns, pathsFor("idx"), readIdxHeader);
}

/** What does the header of an IDX file say, such as those of MNIST? */
import type { Source } from "../source.ts";
import { type ArrayHeader } from "./array-in-file.ts";
import type { ByteStream } from "./byte-stream.ts";
import { columnFiles } from "./column-files.ts";
import { type ElementType, elementTypes } from "./element-types.ts";
import { fileError } from "./file-error.ts";

/** Kinds of elements by their codes. */
const codes: Readonly<Record<number, ElementType>> = {
  0x08: elementTypes.uint8,
  0x09: elementTypes.int8,
  0x0b: reversed(elementTypes.int16),
  0x0c: reversed(elementTypes.int32),
  0x0d: reversed(elementTypes.float32),
  0x0e: reversed(elementTypes.float64),
};

/**
 * The rows of IDX files, each a column: `idx({ label: "t10k-labels-idx1-ubyte.gz", image: "t10k-images-idx3-ubyte.gz" })`. Their first axes are
 * those of rows. Files may be compressed by gzip. Throws `OutOfRangeError` if columns are no record of names of files; the run throws `DTypeError`,
 * naming the file, if one is no such file, or has other rows than the rest.
 */
export function idx(columns: Readonly<Record<string, string>>): Source {
  return columnFiles("idx", columns, readIdxHeader);
}

async function readIdxHeader(place: string, bytes: ByteStream): Promise<ArrayHeader> {
  const [zero, alsoZero, code = 0, rank = 0] = await bytes.take(4);
  const type = codes[code];
  if (zero !== 0 || alsoZero !== 0 || type === undefined) throw fileError(place, "an array in IDX", "another file");
  const lengths = await bytes.take(4 * rank);
  if (rank === 0 || lengths.length < 4 * rank) throw fileError(place, "rows", `${rank} axes`);
  const view = new DataView(lengths.buffer);
  return { type, shape: Array.from({ length: rank }, (_, axis) => view.getUint32(4 * axis)) };
}

/** Elements whose higher bytes come first. */
function reversed({ dtype, width, make }: ElementType): ElementType {
  const swap = width === 2 ? "swap16" : width === 4 ? "swap32" : "swap64";
  return { dtype, width, make: (bytes) => make(Buffer.from(bytes)[swap]().buffer as ArrayBuffer) };
}

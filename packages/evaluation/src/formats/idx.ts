/** What does the header of an IDX file say, such as those of MNIST? */
import type { ArrayHeader } from "./array-in-file.ts";
import type { ByteStream } from "./byte-stream.ts";
import { type ElementType, elementTypes } from "./element-types.ts";
import { type Place, fileError } from "./file-error.ts";

/** Kinds of elements by their codes. */
const codes: Readonly<Record<number, ElementType>> = {
  0x08: elementTypes.uint8,
  0x09: elementTypes.int8,
  0x0b: reversed(elementTypes.int16),
  0x0c: reversed(elementTypes.int32),
  0x0d: reversed(elementTypes.float32),
  0x0e: reversed(elementTypes.float64),
};

/** Reads a header, after which the elements follow. */
export async function readIdxHeader(place: Place, bytes: ByteStream): Promise<ArrayHeader> {
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
  return {
    dtype,
    width,
    make: (buffer, place) => {
      const bytes = new Uint8Array(buffer);
      for (let from = 0; from < bytes.length; from += width) {
        for (let low = from, high = from + width - 1; low < high; low++, high--) {
          [bytes[low], bytes[high]] = [bytes[high]!, bytes[low]!];
        }
      }
      return make(buffer, place);
    },
  };
}

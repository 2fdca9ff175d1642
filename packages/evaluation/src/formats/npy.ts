/** What does the header of an array of NumPy say? */
import { isLength, print } from "@symloss/core/engine";
import type { ArrayHeader } from "./array-in-file.ts";
import type { ByteStream } from "./byte-stream.ts";
import { type ElementType, elementTypes } from "./element-types.ts";
import { type Place, fileError } from "./file-error.ts";

/** Kinds of elements by their codes; others, and such as have their bytes in the other order, are refused. */
const codes: Readonly<Record<string, ElementType>> = {
  "<f2": elementTypes.float16,
  "<f4": elementTypes.float32,
  "<f8": elementTypes.float64,
  "|i1": elementTypes.int8,
  "|u1": elementTypes.uint8,
  "<i2": elementTypes.int16,
  "<u2": elementTypes.uint16,
  "<i4": elementTypes.int32,
  "<i8": elementTypes.int64,
  "|b1": elementTypes.bool,
};

/** The most bytes of a header that is believed. */
const mostHeader = 2 ** 20;

const magic = [0x93, ...new TextEncoder().encode("NUMPY")];

/** Reads a header, after which the elements follow. */
export async function readNpyHeader(place: Place, bytes: ByteStream): Promise<ArrayHeader> {
  const [, , , , , , major = 0] = await takeMagic(place, bytes);
  const sizes = await bytes.take(major === 1 ? 2 : 4);
  const length = sizes.reduceRight((size, byte) => size * 256 + byte, 0);
  if (length > mostHeader) throw fileError(place, `a header of at most ${mostHeader} bytes`, `one of ${length}`);
  const text = new TextDecoder().decode(await bytes.take(length));
  const code = /'descr': *'([^']*)'/.exec(text)?.[1];
  const shape = /'shape': *\(([^)]*)\)/.exec(text)?.[1];
  if (code === undefined || shape === undefined || !/'fortran_order': *False/.test(text)) {
    throw fileError(place, "rows one after the other, with a type and a shape", print(text.trim()));
  }
  const type = Object.hasOwn(codes, code) ? codes[code] : undefined;
  if (type === undefined) throw fileError(place, `elements of ${Object.keys(codes).join(", ")}`, print(code));
  const lengths = shape.split(",").flatMap((part) => (part.trim() === "" ? [] : [Number(part)]));
  if (lengths.length === 0 || !lengths.every(isLength)) {
    throw fileError(place, "rows", `the shape (${shape})`);
  }
  return { type, shape: lengths };
}

async function takeMagic(place: Place, bytes: ByteStream): Promise<Uint8Array> {
  const begin = await bytes.take(8);
  if (begin.length === 8 && magic.every((byte, index) => begin[index] === byte)) return begin;
  throw fileError(place, "an array of NumPy", "another file");
}

import { describe, expect, it } from "vitest";
import { OutOfRangeError } from "../array/errors.ts";
import { type CheckKind, runCheck } from "./check.ts";

/** Floats on both sides of each bound, and those whose bits are the largest and the smallest of their kind. */
const floats = [
  0,
  -0,
  2 ** -149,
  -(2 ** -149),
  0.5,
  1 - 2 ** -24,
  1,
  1 + 2 ** -23,
  1.5,
  2 - 2 ** -23,
  2,
  -1,
  -2 + 2 ** -23,
  3.4e38,
  -3.4e38,
  Infinity,
  -Infinity,
  NaN,
];
/** NaN of the other sign, and with every bit set: a float32 keeps them. */
const oddNaNs = new Float32Array(Int32Array.of(-0x400000, -1, 0x7f800001, -0x7fffff).buffer);

const bounds: readonly (CheckKind & { readonly holds: (value: number) => boolean })[] = [
  { kind: "unitInterval", holds: (value) => !(value < 0 || value > 1) },
  { kind: "nonNegative", holds: (value) => !(value < 0) },
  { kind: "positive", holds: (value) => !(value <= 0) },
  { kind: "atLeastOne", holds: (value) => !(value < 1) },
  { kind: "aboveOne", holds: (value) => !(value <= 1) },
];

/** What the check says to these elements; "" if nothing. */
function faultOf(kind: CheckKind, data: Float32Array | Float64Array): string {
  try {
    runCheck({ ...kind, caller: "loss", argument: "x" }, data, [data.length]);
  } catch (error) {
    if (error instanceof OutOfRangeError) return error.message.replace(/^.*, got /, "");
    throw error;
  }
  return "";
}

describe.each(bounds)("an array whose elements must be of kind $kind", ({ holds, ...kind }) => {
  // Float32 is checked eight elements at a time by its bits: each place of a group of eight, and of what is left, is tried.
  it.each([Float32Array, Float64Array])("is checked at every place of a %o, beside right ones", (Kind) => {
    for (const value of [...floats, ...oddNaNs]) {
      for (let length = 1; length <= 18; length++) {
        for (let place = 0; place < length; place++) {
          const data = new Kind(length).fill(kind.kind === "aboveOne" ? 1.5 : 1);
          data[place] = value;
          expect(faultOf(kind, data)).toBe(holds(value) ? "" : `${data[place]} at [${place}].`);
        }
      }
    }
  });

  it("is checked by its bits where NaN of all kinds hide others", () => {
    const data = new Float32Array([...oddNaNs, ...oddNaNs, ...oddNaNs, -1]);
    data.set(oddNaNs, 4);
    expect(faultOf(kind, data)).toBe("-1 at [12].");
    expect(faultOf(kind, data.subarray(0, 12))).toBe("");
  });
});

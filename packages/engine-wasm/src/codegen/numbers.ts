/** How is a number of an array read and written, and how are rows of them walked? */
import { type Buffer, type Length, type Rows, multiplyLengths } from "@symloss/loops";
import { type Expression, f32, f64, i32, int, load } from "../assembler/expression.ts";
import type { Local } from "../assembler/function.ts";
import { elementBytes, layoutOf } from "./memory-access.ts";
import type { Context } from "./position.ts";

type Place = Expression<"i32">;

/** An array of numbers in memory. */
export interface Numbers {
  /** How many bytes a number takes. */
  readonly bytes: number;
  /** A number as a float64. */
  readonly read: (place: Place) => Expression<"f64">;
  /** Writes a float64, rounded, or saturated as an integer. */
  readonly write: (place: Place, value: Expression<"f64">) => void;
}

export function numbersOf(buffer: Buffer, context: Context): Numbers {
  const { writer } = context;
  const bytes = elementBytes(buffer, context.buffers.get(buffer));
  switch (layoutOf(buffer, context)) {
    case "single":
      return {
        bytes,
        read: (place) => f64.promote_f32(load("f32.load", place)),
        write: (place, value) => writer.store("f32.store", place, f32.demote_f64(value)),
      };
    case "double":
      return {
        bytes,
        read: (place) => load("f64.load", place),
        write: (place, value) => writer.store("f64.store", place, value),
      };
    case "integer":
      return {
        bytes,
        read: (place) => f64.convert_i32_s(load("i32.load", place)),
        write: (place, value) => writer.store("i32.store", place, i32.trunc_sat_f64_s(value)),
      };
    case "mask":
    case "byte":
      throw new Error("wasm: rows must be of numbers.");
  }
}

/** Runs the body for each count from 0. */
export function writeTimes(
  { writer, length }: Pick<Context, "writer" | "length">,
  count: Length,
  body: (index: Local<"i32">) => void,
): void {
  const index = writer.define(int(0));
  writer.repeat(
    () => {
      body(index);
      writer.set(index, i32.add(index, int(1)));
    },
    () => i32.lt_u(index, length(count)),
  );
}

/** The number of the first element of each row. */
export function writeRows(context: Context, { outer, length, inner }: Rows, body: (first: Place) => void): void {
  const { writer } = context;
  writeTimes(context, outer, (row) =>
    writeTimes(context, inner, (place) => {
      body(writer.define(i32.add(i32.mul(row, context.length(multiplyLengths(length, inner))), place)));
    }),
  );
}

/** How does a number of a program lie in vectors: as one for each of four iterations, or the same for all? */
import {
  type Expression,
  doubles,
  f32x4,
  f64x2,
  floats,
  i32x4,
  int,
  ints,
  lane,
  shuffle,
  v128,
} from "../assembler/expression.ts";
import type { FunctionWriter } from "../assembler/function.ts";

type Vector = Expression<"v128">;

/**
 * Numbers in memory and registers. `single` has float32 lanes, `double` two vectors of float64 lanes, which are one object if all
 * lanes are the same, `integer` int32 lanes and, if all lanes are the same, a scalar, `mask` lanes of ones or zeros.
 */
export type Representation = "single" | "double" | "integer" | "mask";

/** A number for each of four iterations. */
export type Value =
  | { readonly kind: "single"; readonly lanes: Vector }
  | { readonly kind: "double"; readonly low: Vector; readonly high: Vector }
  | { readonly kind: "integer"; readonly lanes: Vector; readonly scalar?: Expression<"i32"> }
  | { readonly kind: "mask"; readonly lanes: Vector }
  | { readonly kind: "constant"; readonly value: number };

export type Double = Extract<Value, { kind: "double" }>;

/** The value in variables, so that it is computed once. */
export function held(writer: FunctionWriter, value: Value): Value {
  switch (value.kind) {
    case "constant":
      return value;
    case "double": {
      const low = writer.define(value.low);
      return { kind: "double", low, high: value.high === value.low ? low : writer.define(value.high) };
    }
    case "integer":
      if (value.scalar === undefined) return { kind: "integer", lanes: writer.define(value.lanes) };
      return uniformInteger(writer.define(value.scalar));
    case "single":
    case "mask":
      return { kind: value.kind, lanes: writer.define(value.lanes) };
  }
}

/** An integer that is the same in all lanes. */
export function uniformInteger(scalar: Expression<"i32">): Value {
  return { kind: "integer", lanes: i32x4.splat(scalar), scalar };
}

/** A double that is the same in all lanes. */
export function uniformDouble(lanes: Vector): Double {
  return { kind: "double", low: lanes, high: lanes };
}

/** Whether all lanes of a double are the same. */
export function isUniform({ low, high }: Double): boolean {
  return low === high;
}

/** As four float32. */
export function singles(value: Value): Vector {
  switch (value.kind) {
    case "single":
      return value.lanes;
    case "constant":
      return floats(value.value);
    case "double":
      return isUniform(value)
        ? first(f32x4.demote_f64x2_zero(value.low))
        : shuffle(f32x4.demote_f64x2_zero(value.low), f32x4.demote_f64x2_zero(value.high), [0, 1, 4, 5]);
    case "integer":
      return f32x4.convert_i32x4_s(value.lanes);
    case "mask":
      return v128.and(value.lanes, floats(1));
  }
}

/** As four float64. */
export function doublesOf(value: Value): Double {
  switch (value.kind) {
    case "double":
      return value;
    case "constant":
      return uniformDouble(doubles(value.value));
    case "single":
      return pair(f64x2.promote_low_f32x4, value.lanes);
    case "integer":
      if (value.scalar !== undefined) return uniformDouble(f64x2.convert_low_i32x4_s(value.lanes));
      return pair(f64x2.convert_low_i32x4_s, value.lanes);
    case "mask":
      return pair((lanes) => f64x2.convert_low_i32x4_s(v128.and(lanes, ints(1))), value.lanes);
  }
}

/** As four int32: floats are not converted, which is an operation of its own. */
export function integers(value: Value): Vector {
  switch (value.kind) {
    case "integer":
      return value.lanes;
    case "constant":
      return ints(value.value);
    case "mask":
      return v128.and(value.lanes, ints(1));
    case "single":
    case "double":
      throw new Error(`wasm: a ${value.kind} must be converted before it is used as an integer.`);
  }
}

/** As an int32 that is the same in all lanes. */
export function scalarOf(value: Value): Expression<"i32"> {
  if (value.kind === "constant") return int(value.value);
  if (value.kind === "integer" && value.scalar !== undefined) return value.scalar;
  return lane("i32x4.extract_lane", 0, integers(value));
}

/** As four masks: ones where the number is not 0. */
export function masks(value: Value): Vector {
  switch (value.kind) {
    case "mask":
      return value.lanes;
    case "constant":
      return ints(value.value === 0 ? 0 : -1);
    case "integer":
      return i32x4.ne(value.lanes, ints(0));
    case "single":
      return f32x4.ne(value.lanes, floats(0));
    case "double":
      return bothMasks(value, uniformDouble(doubles(0)), f64x2.ne);
  }
}

/** A comparison of doubles, as masks of 32 bits. */
export function bothMasks(x: Double, y: Double, compare: (x: Vector, y: Vector) => Vector): Vector {
  const low = compare(x.low, y.low);
  const high = isUniform(x) && isUniform(y) ? low : compare(x.high, y.high);
  return shuffle(low, high, [0, 2, 4, 6]);
}

/** The masks of the first and of the last two lanes, as wide as doubles. */
export function wideMasks(mask: Vector): { readonly low: Vector; readonly high: Vector } {
  return { low: shuffle(mask, mask, [0, 0, 1, 1]), high: shuffle(mask, mask, [2, 2, 3, 3]) };
}

/** The operation on both halves; once if all lanes are the same. */
export function onDoubles(
  operation: (...operands: readonly Vector[]) => Vector,
  writer: FunctionWriter,
  ...operands: readonly Double[]
): Double {
  const low = writer.define(operation(...operands.map((operand) => operand.low)));
  if (operands.every(isUniform)) return uniformDouble(low);
  return { kind: "double", low, high: writer.define(operation(...operands.map((operand) => operand.high))) };
}

/** As a value of the representation. */
export function converted(value: Value, representation: Representation): Value {
  switch (representation) {
    case "single":
      return { kind: "single", lanes: singles(value) };
    case "double":
      return doublesOf(value);
    case "integer":
      return value.kind === "constant" ? uniformInteger(int(value.value)) : { kind: "integer", lanes: integers(value) };
    case "mask":
      return { kind: "mask", lanes: masks(value) };
  }
}

/** The first lane in all lanes. */
export function first(lanes: Vector): Vector {
  return shuffle(lanes, lanes, [0, 0, 0, 0]);
}

/** Four lanes as one number, in all of them. */
export function folded(lanes: Vector, operation: (x: Vector, y: Vector) => Vector, writer: FunctionWriter): Vector {
  const four = writer.define(lanes);
  const two = writer.define(operation(four, shuffle(four, four, [2, 3, 0, 1])));
  return writer.define(operation(two, shuffle(two, two, [1, 0, 3, 2])));
}

/** The last two lanes as the first two. */
export function upper(lanes: Vector): Vector {
  return shuffle(lanes, lanes, [2, 3, 2, 3]);
}

function pair(convert: (lanes: Vector) => Vector, lanes: Vector): Double {
  return { kind: "double", low: convert(lanes), high: convert(upper(lanes)) };
}

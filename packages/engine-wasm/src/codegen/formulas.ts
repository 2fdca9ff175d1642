/** How is each scalar operation computed, in lanes? */
import type { DType } from "@symloss/core/engine";
import type { ScalarOperation } from "@symloss/loops";
import {
  type Expression,
  choose,
  doubles,
  f32x4,
  f64x2,
  floats,
  i32,
  i32x4,
  int,
  ints,
  lane,
  shuffle,
  v128,
} from "../assembler/expression.ts";
import type { Arithmetic } from "../assembler/arithmetic.ts";
import type { FunctionWriter } from "../assembler/function.ts";
import { atan } from "../functions/atan.ts";
import { erf } from "../functions/erf.ts";
import { exp, expNonPositive } from "../functions/exp.ts";
import { expDoubles, expm1Doubles } from "../functions/exp-doubles.ts";
import { expm1 } from "../functions/expm1.ts";
import { log } from "../functions/log.ts";
import { log1p, log1pOfUnit } from "../functions/log1p.ts";
import { log1pDoubles, logDoubles } from "../functions/log-doubles.ts";
import { pow } from "../functions/pow.ts";
import { tanh } from "../functions/tanh.ts";
import { type LibraryFunction, callForDoubles } from "./library.ts";
import type { Position } from "./position.ts";
import {
  type Double,
  type Representation,
  type Value,
  bothMasks,
  converted,
  doublesOf,
  first,
  integers,
  isUniform,
  masks,
  onDoubles,
  scalarOf,
  singles,
  uniformDouble,
  uniformInteger,
  wideMasks,
} from "./value.ts";

type Vector = Expression<"v128">;

/** What a formula may ask of the program around it. */
export interface Site {
  readonly position: Position;
  /** How the result lies in lanes. */
  readonly result: Representation;
  readonly dtype: DType;
}

type Formula = (operands: readonly Value[], site: Site) => Value;

/** A formula for each operation. */
export const formulas: { readonly [O in ScalarOperation]: Formula } = {
  neg: arithmetic(
    (x) => v128.xor(x!, signs),
    (x) => f64x2.neg(x!),
  ),
  abs: arithmetic(
    (x) => v128.and(x!, digits),
    (x) => f64x2.abs(x!),
  ),
  sign: (operands, site) => {
    const [x] = operands;
    const rest = select(compare("lt", [x!, zero], site), { kind: "constant", value: -1 }, x!, site);
    return select(compare("lt", [zero, x!], site), { kind: "constant", value: 1 }, rest, site);
  },
  exp: elementary("exp", exp, expDoubles),
  expNonPositive: elementary("exp", expNonPositive, expDoubles),
  expm1: elementary("expm1", expm1, expm1Doubles),
  log: elementary("log", log, logDoubles),
  log1p: elementary("log1p", log1p, log1pDoubles),
  log1pOfUnit: elementary("log1p", log1pOfUnit, log1pDoubles),
  sqrt: arithmetic(
    (x) => f32x4.sqrt(x!),
    (x) => f64x2.sqrt(x!),
  ),
  tanh: elementary("tanh", tanh),
  erf: elementary("erf", erf),
  atan: elementary("atan", atan),
  lgamma: fromLibrary("lgamma"),
  digamma: fromLibrary("digamma"),
  // The sum makes 0 of -0.
  relu: arithmetic(
    (x) => f32x4.add(f32x4.pmax(x!, floats(0)), floats(0)),
    (x) => f64x2.add(f64x2.pmax(x!, doubles(0)), doubles(0)),
  ),
  logicalNot: ([x]) => ({ kind: "mask", lanes: v128.not(masks(x!)) }),

  add: arithmetic(
    (x, y) => f32x4.add(x!, y!),
    (x, y) => f64x2.add(x!, y!),
  ),
  sub: arithmetic(
    (x, y) => f32x4.sub(x!, y!),
    (x, y) => f64x2.sub(x!, y!),
  ),
  mul: arithmetic(
    (x, y) => f32x4.mul(x!, y!),
    (x, y) => f64x2.mul(x!, y!),
  ),
  div: arithmetic(
    (x, y) => f32x4.div(x!, y!),
    (x, y) => f64x2.div(x!, y!),
  ),
  pow: elementary("pow", (writer, x, arithmetic, y) => pow(writer, x, y!, arithmetic)),
  maximum: extremum("pmax", "max"),
  minimum: extremum("pmin", "min"),
  equal: comparison("eq"),
  less: comparison("lt"),
  lessEqual: comparison("le"),
  logicalAnd: ([x, y]) => ({ kind: "mask", lanes: v128.and(masks(x!), masks(y!)) }),
  logicalOr: ([x, y]) => ({ kind: "mask", lanes: v128.or(masks(x!), masks(y!)) }),

  where: ([choice, x, y], site) => select(masks(choice!), x!, y!, site),
  round: ([x]) => ({ kind: "single", lanes: singles(x!) }),
  toInt32: ([x], site) => truncated(x!, site),
  toBool: ([x]) => ({ kind: "mask", lanes: masks(x!) }),
  convert: ([x], { result }) => converted(x!, result),
  lesser: (operands, site) => select(compare("le", operands, site), operands[0]!, operands[1]!, site),
  minNonNegative: arithmetic(
    (x, y) => f32x4.pmin(y!, x!),
    (x, y) => f64x2.pmin(y!, x!),
  ),
  flip: ([choice]) => ({ kind: "single", lanes: v128.or(floats(1), v128.and(masks(choice!), signs)) }),
  beats: ([x, y, index, target], site) => {
    const isAfter = comparisonOfIntegers("ge", index!, target!);
    const isBehind = v128.or(compare("lt", [x!, y!], site), v128.and(compare("eq", [x!, y!], site), isAfter));
    const isNumber = compare("eq", [y!, y!], site);
    const isEarlierNaN = v128.andnot(v128.not(compare("eq", [x!, x!], site)), isAfter);
    return { kind: "mask", lanes: v128.andnot(v128.or(isNumber, isEarlierNaN), isBehind) };
  },
  clampIndex: ([x, last], site) => {
    if (isInScalarPosition(site)) {
      const { writer } = site.position.context;
      const given = writer.define(scalarOf(x!));
      const positive = writer.define(choose(given, int(0), i32.gt_s(given, int(0))));
      const most = scalarOf(last!);
      return uniformInteger(choose(positive, most, i32.lt_s(positive, most)));
    }
    return { kind: "integer", lanes: i32x4.min_s(i32x4.max_s(integers(x!), ints(0)), integers(last!)) };
  },
};

const zero: Value = { kind: "constant", value: 0 };

/** The bit of the sign of each float32. */
const signs = ints(-0x80000000);

/** All bits but those of the signs. */
const digits = ints(0x7fffffff);

type OnVectors = (...operands: readonly Vector[]) => Vector;

/** Of floats as they are; integers saturate, which float64 can tell. */
function arithmetic(ofSingles: OnVectors, ofDoubles: OnVectors): Formula {
  return (operands, site) => {
    if (site.result === "single") return { kind: "single", lanes: ofSingles(...operands.map(singles)) };
    const { writer } = site.position.context;
    const result = onDoubles(ofDoubles, writer, ...operands.map((operand) => heldDouble(operand, site)));
    return site.result === "double" ? result : truncated(result, site);
  };
}

function heldDouble(value: Value, { position }: Site): Double {
  const { low, high } = doublesOf(value);
  if (value.kind === "double") return value;
  const { writer } = position.context;
  const held = writer.define(low);
  return low === high || isInScalar(position)
    ? uniformDouble(held)
    : { kind: "double", low: held, high: writer.define(high) };
}

function isInScalar({ vector: lanes }: Position): boolean {
  return lanes === undefined;
}

function isInScalarPosition({ position }: Site): boolean {
  return isInScalar(position);
}

/** To int32: saturated, 0 for NaN. */
function truncated(value: Value, site: Site): Value {
  const { writer } = site.position.context;
  if (value.kind !== "double") {
    const lanes = writer.define(i32x4.trunc_sat_f32x4_s(singles(value)));
    return isInScalarPosition(site) ? uniformInteger(lane("i32x4.extract_lane", 0, lanes)) : { kind: "integer", lanes };
  }
  const low = i32x4.trunc_sat_f64x2_s_zero(value.low);
  if (isUniform(value)) {
    const scalar = lane("i32x4.extract_lane", 0, low);
    return isInScalarPosition(site) ? uniformInteger(scalar) : { kind: "integer", lanes: first(low) };
  }
  return { kind: "integer", lanes: shuffle(low, i32x4.trunc_sat_f64x2_s_zero(value.high), [0, 1, 4, 5]) };
}

type Comparison = "eq" | "lt" | "le";

function comparison(name: Comparison): Formula {
  return (operands, site) => ({ kind: "mask", lanes: compare(name, operands, site) });
}

/** Where the comparison holds: as doubles if one of them is, else as floats, else as integers. */
function compare(name: Comparison, operands: readonly Value[], site: Site): Vector {
  const kinds = operands.map(({ kind }) => kind);
  const isMixed = kinds.includes("single") && kinds.includes("integer");
  if (kinds.includes("double") || isMixed) {
    const [x, y] = operands.map((operand) => heldDouble(operand, site)) as [Double, Double];
    return bothMasks(x, y, f64x2[name]);
  }
  const [x, y] = operands as readonly [Value, Value];
  if (kinds.includes("single") || kinds.every((kind) => kind === "constant"))
    return f32x4[name](singles(x), singles(y));
  return comparisonOfIntegers(name, x, y);
}

function comparisonOfIntegers(name: Comparison | "ge", x: Value, y: Value): Vector {
  const instruction = { eq: i32x4.eq, lt: i32x4.lt_s, le: i32x4.le_s, ge: i32x4.ge_s }[name];
  return instruction(integers(x), integers(y));
}

/** One of two numbers for each lane. */
function select(mask: Vector, x: Value, y: Value, site: Site): Value {
  const { writer } = site.position.context;
  const chosen = converted(x, site.result);
  const other = converted(y, site.result);
  if (chosen.kind === "double" && other.kind === "double") {
    const wide = wideMasks(writer.define(mask));
    const low = choice(chosen.low, other.low, wide.low, x, y);
    if (isInScalarPosition(site)) return uniformDouble(low);
    return { kind: "double", low, high: choice(chosen.high, other.high, wide.high, x, y) };
  }
  const lanes = choice(lanesOf(chosen), lanesOf(other), mask, x, y);
  if (site.result !== "integer") return { kind: site.result as "single" | "mask", lanes };
  return isInScalarPosition(site) ? uniformInteger(lane("i32x4.extract_lane", 0, lanes)) : { kind: "integer", lanes };
}

/** A selection takes the processor three instructions, but one if one of the numbers is 0. */
function choice(chosen: Vector, other: Vector, mask: Vector, x: Value, y: Value): Vector {
  if (isZero(x)) return v128.andnot(other, mask);
  return isZero(y) ? v128.and(chosen, mask) : v128.bitselect(chosen, other, mask);
}

function isZero(value: Value): boolean {
  return value.kind === "constant" && Object.is(value.value, 0);
}

function lanesOf(value: Value): Vector {
  if (value.kind === "constant" || value.kind === "double") throw new Error(`wasm: a ${value.kind} must be converted.`);
  return value.lanes;
}

/** As Math.max and Math.min; beside a constant that is not 0 one instruction of the processor does it. */
function extremum(quick: "pmax" | "pmin", exact: "max" | "min"): Formula {
  const general = arithmetic(
    (x, y) => f32x4[exact](x!, y!),
    (x, y) => f64x2[exact](x!, y!),
  );
  const besideConstant = arithmetic(
    (x, y) => f32x4[quick](x!, y!),
    (x, y) => f64x2[quick](x!, y!),
  );
  return (operands, site) => {
    const constant = operands.find(
      (operand) => operand.kind === "constant" && operand.value !== 0 && !Number.isNaN(operand.value),
    );
    const other = operands.find((operand) => operand !== constant);
    if (site.result === "integer") {
      const instruction = exact === "max" ? i32x4.max_s : i32x4.min_s;
      const lanes = instruction(integers(operands[0]!), integers(operands[1]!));
      return isInScalarPosition(site)
        ? uniformInteger(lane("i32x4.extract_lane", 0, lanes))
        : { kind: "integer", lanes };
    }
    return constant === undefined || other === undefined
      ? general(operands, site)
      : besideConstant([other, constant], site);
  };
}

type OfLanes = (writer: FunctionWriter, x: Vector, arithmetic: Arithmetic, y?: Vector) => Vector;

/**
 * Of singles in lanes, and so of doubles that are float32 numbers before they are rounded; the digits of float64 numbers are
 * those of the library, one lane after the other.
 */
function elementary(name: LibraryFunction, ofSingles: OfLanes, ofDoubles?: OfLanes): Formula {
  const inLibrary = fromLibrary(name);
  return (operands, site) => {
    const { writer, arithmetic } = site.position.context;
    if (site.result === "single") {
      const [x, y] = operands.map((operand) => writer.define(singles(operand)));
      return { kind: "single", lanes: ofSingles(writer, x!, arithmetic, y) };
    }
    if (site.dtype === "float32" && ofDoubles !== undefined) {
      const given = operands.map((operand) => heldDouble(operand, site));
      return onDoubles((x) => ofDoubles(writer, x!, arithmetic), writer, ...given);
    }
    return inLibrary(operands, site);
  };
}

/** One lane after the other, in float64. */
function fromLibrary(name: LibraryFunction): Formula {
  return (operands, site) => {
    const given = operands.map((operand) => heldDouble(operand, site));
    const result = onDoubles((...lanes) => callForDoubles(name, ...lanes), site.position.context.writer, ...given);
    return site.result === "integer" ? truncated(result, site) : converted(result, site.result);
  };
}

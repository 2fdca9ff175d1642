/** How does one more number enter a reduction, and what is its result? */
import type { Operand, Register, Statement, StatementOf } from "@symloss/loops";
import {
  type Expression,
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
  vector,
} from "../assembler/expression.ts";
import type { FunctionWriter, Local } from "../assembler/function.ts";
import { log1p } from "../functions/log1p.ts";
import { callForDoubles } from "./library.ts";
import { type ActiveLanes, type Context, type Position, type VectorPosition, setValue, valueOf } from "./position.ts";
import {
  type Double,
  type Representation,
  type Value,
  doublesOf,
  folded,
  integers,
  masks,
  singles,
  uniformDouble,
  uniformInteger,
  upper,
} from "./value.ts";

type Vector = Expression<"v128">;
type Reduction = StatementOf<"accumulator">["reduction"];

/** A reduction that has begun. */
export interface Accumulator {
  readonly reduction: Reduction;
  readonly position: Register | undefined;
  /** How the numbers lie that are reduced. */
  readonly representation: Representation;
  readonly locals: readonly Local<"v128">[];
}

/** Begins a reduction: its variables hold the result for no numbers. */
export function beginAccumulator(
  statement: StatementOf<"accumulator">,
  { writer, registers, accumulators }: Context,
): void {
  const { register, reduction, position } = statement;
  const representation = registers.get(register) ?? "single";
  const locals = identityOf(reduction, representation).map((initial) => writer.define(initial));
  accumulators.set(register, { reduction, position, representation, locals });
}

/**
 * What the variables of a reduction hold at first. Sums: two float64. Logarithms: the same. Largest: four float32 and where a NaN was, or
 * two times two float64 and that; integers. The first largest: lanes, and their indices.
 */
function identityOf(reduction: Reduction, representation: Representation): readonly Vector[] {
  switch (reduction) {
    case "sum":
    case "total":
    case "sumLog1p":
      return [doubles(0)];
    case "any":
      return [ints(0)];
    case "max":
      return leastOf(representation);
    case "argmax":
      return [...leastOf(representation), ints(0)];
  }
}

function leastOf(representation: Representation): readonly Vector[] {
  switch (representation) {
    case "single":
      return [floats(-Infinity), ints(0)];
    case "double":
      return [doubles(-Infinity), doubles(-Infinity), ints(0)];
    case "integer":
      return [ints(-0x80000000)];
    case "mask":
      return [ints(0)];
  }
}

/** Sums of singles are lanes of float32 until this many have been added to each. */
export const flushInterval = 64;

/** The variables in which one vector of an unrolled loop accumulates. */
export function vectorAccumulators(statement: StatementOf<"accumulate">, position: Position): readonly Local<"v128">[] {
  const { context } = position;
  const { writer } = context;
  const accumulator = accumulatorOf(statement.register, context);
  switch (accumulator.reduction) {
    case "sum":
    case "total":
    case "sumLog1p":
      return isSingle(statement, context)
        ? [writer.define(floats(0))]
        : [writer.define(doubles(0)), writer.define(doubles(0))];
    case "max":
    case "any":
      return identityOf(accumulator.reduction, accumulator.representation).map((initial) => writer.define(initial));
    case "argmax":
      return accumulator.locals;
  }
}

/** Whether the numbers that enter a sum are float32 lanes. */
function isSingle({ value }: StatementOf<"accumulate">, { registers }: Context): boolean {
  return value.kind === "register" && registers.get(value.register) === "single";
}

/** Adds what a vector has accumulated to the whole. */
export function flush(statement: StatementOf<"accumulate">, locals: readonly Local<"v128">[], context: Context): void {
  const { writer } = context;
  const { reduction, representation, locals: whole } = accumulatorOf(statement.register, context);
  if (reduction === "argmax") return;
  if (reduction === "max" || reduction === "any") {
    for (const [index, local] of locals.entries())
      writer.set(whole[index]!, joinedWith(reduction, representation, index)(whole[index]!, local));
    return;
  }
  const sum = whole[0]!;
  const ofLog = reduction === "sumLog1p";
  if (isSingle(statement, context)) {
    const lanes = locals[0]!;
    const terms = ofLog ? writer.define(log1p(writer, lanes, context.arithmetic)) : lanes;
    const both = f64x2.add(f64x2.promote_low_f32x4(terms), f64x2.promote_low_f32x4(upper(terms)));
    writer.set(sum, f64x2.add(sum, both));
    writer.set(lanes, floats(0));
    return;
  }
  for (const half of locals) {
    writer.set(sum, f64x2.add(sum, ofLog ? callForDoubles("log1p", half) : half));
    writer.set(half, doubles(0));
  }
}

/** How one of the variables of two that look for the largest, or for whether there is any, become one. */
function joinedWith(
  reduction: "max" | "any",
  representation: Representation,
  index: number,
): (x: Vector, y: Vector) => Vector {
  if (reduction === "any" || representation === "mask") return v128.or;
  if (representation === "integer") return i32x4.max_s;
  if (representation === "single") return index === 0 ? f32x4.pmax : v128.or;
  return index < 2 ? f64x2.pmax : v128.or;
}

/** Accumulates the active lanes. */
export function accumulate(statement: StatementOf<"accumulate">, position: Position): void {
  const { context, vector: lanes } = position;
  const accumulator = accumulatorOf(statement.register, context);
  const value = valueOf(statement.value, position);
  const active = lanes?.active ?? 4;
  switch (accumulator.reduction) {
    case "sum":
    case "total":
      if (lanes === undefined) addOnce(accumulator, value, context);
      else addLanes(statement, value, lanes.accumulators.get(statement.register)!, lanes, context);
      return;
    case "sumLog1p":
      if (lanes === undefined) addLogarithm(accumulator, value, context);
      else multiplyLanes(statement, value, lanes.accumulators.get(statement.register)!, active, context);
      return;
    case "any": {
      const [any] = lanes?.accumulators.get(statement.register) ?? accumulator.locals;
      context.writer.set(any!, v128.or(any!, activeOnly(masks(value), active)));
      return;
    }
    case "max":
      takeLarger(
        accumulator.representation,
        lanes?.accumulators.get(statement.register) ?? accumulator.locals,
        value,
        active,
        context.writer,
      );
      return;
    case "argmax":
      takeFirstLarger(accumulator, statement, value, active, position);
  }
}

/** Adds a number that is the same in all lanes. */
function addOnce({ locals: [sum] }: Accumulator, value: Value, { writer }: Context): void {
  writer.set(sum!, f64x2.add(sum!, v128.and(doublesOf(value).low, activeDoubles(1))));
}

function addLogarithm({ locals: [sum] }: Accumulator, value: Value, { writer }: Context): void {
  const x = writer.define(doublesOf(value).low);
  writer.set(sum!, f64x2.add(sum!, v128.and(callForDoubles("log1p", x), activeDoubles(1))));
}

function addLanes(
  statement: StatementOf<"accumulate">,
  value: Value,
  locals: readonly Local<"v128">[],
  vector: VectorPosition,
  context: Context,
): void {
  const { writer } = context;
  const { active } = vector;
  if (isSingle(statement, context)) {
    const [sum] = locals as readonly [Local<"v128">];
    writer.set(sum, activeOr(addSingles(sum, statement.value, value, vector, context), sum, active));
    return;
  }
  for (const [half, part] of halvesOf(doublesOf(value), active).entries())
    writer.set(locals[half]!, f64x2.add(locals[half]!, part));
}

/** A sum and one more number in each lane; a product is rounded together with the sum where the processor can. */
export function addSingles(
  sum: Vector,
  operand: Operand,
  value: Value,
  { products }: VectorPosition,
  { arithmetic }: Context,
): Vector {
  const product = operand.kind === "register" ? products.get(operand.register) : undefined;
  if (product === undefined) return f32x4.add(sum, singles(value));
  return arithmetic.multiplyAdd(singles(product[0]), singles(product[1]), sum);
}

/** A product of factors 1 + x, minus 1: so that small x keep their digits. */
function multiplyLanes(
  statement: StatementOf<"accumulate">,
  value: Value,
  locals: readonly Local<"v128">[],
  active: ActiveLanes,
  context: Context,
): void {
  const { writer, arithmetic } = context;
  if (isSingle(statement, context)) {
    const x = writer.define(activeOnly(singles(value), active));
    writer.set(locals[0]!, arithmetic.multiplyAdd(locals[0]!, f32x4.add(x, floats(1)), x));
    return;
  }
  for (const [half, part] of halvesOf(doublesOf(value), active).entries()) {
    const x = writer.define(part);
    writer.set(locals[half]!, f64x2.add(f64x2.mul(locals[half]!, f64x2.add(x, doubles(1))), x));
  }
}

function halvesOf({ low, high }: Double, active: ActiveLanes): readonly Vector[] {
  const lower = active === 1 ? v128.and(low, activeDoubles(1)) : low;
  if (active <= 2) return [lower];
  return [lower, active === 3 ? v128.and(high, activeDoubles(1)) : high];
}

/** The largest so far, and where a NaN was: a NaN stays. */
function takeLarger(
  representation: Representation,
  locals: readonly Local<"v128">[],
  value: Value,
  active: ActiveLanes,
  writer: FunctionWriter,
): void {
  switch (representation) {
    case "single": {
      const [largest, nan] = locals as readonly [Local<"v128">, Local<"v128">];
      const x = writer.define(activeOr(singles(value), floats(-Infinity), active));
      writer.set(largest, f32x4.pmax(largest, x));
      writer.set(nan, v128.or(nan, f32x4.ne(x, x)));
      return;
    }
    case "double": {
      const nan = locals[2]!;
      for (const [half, part] of halvesOf(doublesOf(value), 4).entries()) {
        const x = writer.define(
          active >= 2 * half + 2 ? part : activeOr(part, doubles(-Infinity), Math.max(0, active - 2 * half) * 2),
        );
        writer.set(locals[half]!, f64x2.pmax(locals[half]!, x));
        writer.set(nan, v128.or(nan, f64x2.ne(x, x)));
      }
      return;
    }
    case "integer":
      writer.set(locals[0]!, i32x4.max_s(locals[0]!, activeOr(integers(value), ints(-0x80000000), active)));
      return;
    case "mask":
      writer.set(locals[0]!, v128.or(locals[0]!, activeOnly(masks(value), active)));
  }
}

/** The first largest of each lane, and its index: a NaN is larger than any number, and stays. */
function takeFirstLarger(
  { representation, locals }: Accumulator,
  statement: StatementOf<"accumulate">,
  value: Value,
  active: ActiveLanes,
  position: Position,
): void {
  const { writer } = position.context;
  const index = integers(valueOf(statement.position!.index, position));
  const places = locals.at(-1)!;
  if (representation === "double") {
    const { low, high } = doublesOf(value);
    const halves = [low, high].map((part) => writer.define(part));
    const wide = halves.map((x, half) => isLarger(x, locals[half]!, f64x2, writer));
    const mask = writer.define(activeOnly(shuffle(wide[0]!, wide[1]!, [0, 2, 4, 6]), active));
    const kept = [shuffle(mask, mask, [0, 0, 1, 1]), shuffle(mask, mask, [2, 2, 3, 3])];
    for (const [half, x] of halves.entries()) writer.set(locals[half]!, v128.bitselect(x, locals[half]!, kept[half]!));
    writer.set(places, v128.bitselect(index, places, mask));
    return;
  }
  const x = writer.define(representation === "integer" ? integers(value) : singles(value));
  const largest = locals[0]!;
  const larger = representation === "integer" ? i32x4.gt_s(x, largest) : isLarger(x, largest, f32x4, writer);
  const mask = writer.define(activeOnly(larger, active));
  writer.set(largest, v128.bitselect(x, largest, mask));
  writer.set(places, v128.bitselect(index, places, mask));
}

/** Not x <= largest, unless the largest is NaN. */
function isLarger(x: Vector, largest: Vector, lanes: Pick<typeof f32x4, "le" | "eq">, writer: FunctionWriter): Vector {
  return writer.define(v128.andnot(lanes.eq(largest, largest), lanes.le(x, largest)));
}

/** Sets the registers of a reduction whose numbers have all been accumulated. */
export function finishAccumulator(register: Register, position: Position): void {
  const { context } = position;
  const accumulator = accumulatorOf(register, context);
  const { writer } = context;
  const { reduction, locals, representation } = accumulator;
  switch (reduction) {
    case "sum":
    case "total":
    case "sumLog1p": {
      const [sum] = locals as readonly [Local<"v128">];
      const all = f64x2.add(sum, shuffle(sum, sum, [1, 0]));
      setValue(register, uniformDouble(writer.define(all)), position);
      return;
    }
    case "any":
      setValue(register, { kind: "mask", lanes: writer.define(everywhere(locals[0]!)) }, position);
      return;
    case "max":
      setValue(register, largestOf(representation, locals, writer), position);
      return;
    case "argmax":
      finishFirstLargest(accumulator, register, position);
  }
}

/** Ones in all lanes if there is a one in any. */
function everywhere(lanes: Vector): Vector {
  return i32x4.splat(i32.sub(int(0), v128.any_true(lanes)));
}

function largestOf(representation: Representation, locals: readonly Local<"v128">[], writer: FunctionWriter): Value {
  switch (representation) {
    case "single":
      return {
        kind: "single",
        lanes: writer.define(v128.or(folded(locals[0]!, f32x4.pmax, writer), everywhere(locals[1]!))),
      };
    case "double": {
      const both = writer.define(f64x2.pmax(locals[0]!, locals[1]!));
      const one = writer.define(f64x2.pmax(both, shuffle(both, both, [1, 0])));
      return uniformDouble(writer.define(v128.or(one, everywhere(locals[2]!))));
    }
    case "integer":
      return uniformInteger(writer.define(lane("i32x4.extract_lane", 0, folded(locals[0]!, i32x4.max_s, writer))));
    case "mask":
      return { kind: "mask", lanes: writer.define(everywhere(locals[0]!)) };
  }
}

/** Of the lanes, the one that is larger or came first. */
function finishFirstLargest(
  { representation, locals, position: place }: Accumulator,
  register: Register,
  position: Position,
): void {
  const { writer } = position.context;
  const places = locals.at(-1)!;
  const isDouble = representation === "double";
  const lanes = isDouble ? f64x2 : f32x4;
  const at = (index: number): Vector =>
    isDouble
      ? shuffle(locals[index < 2 ? 0 : 1]!, locals[index < 2 ? 0 : 1]!, [index % 2, index % 2])
      : shuffle(locals[0]!, locals[0]!, [index, index, index, index]);
  const largest = writer.define(at(0));
  const best = writer.define(shuffle(places, places, [0, 0, 0, 0]));
  for (const index of [1, 2, 3]) {
    const x = writer.define(at(index));
    const other = writer.define(shuffle(places, places, [index, index, index, index]));
    const isEarlier = writer.define(i32x4.lt_s(other, best));
    const isBetter =
      representation === "integer"
        ? v128.or(i32x4.gt_s(x, largest), v128.and(i32x4.eq(x, largest), isEarlier))
        : v128.or(
            v128.or(lanes.gt(x, largest), v128.and(lanes.eq(x, largest), isEarlier)),
            v128.and(lanes.ne(x, x), v128.or(lanes.eq(largest, largest), isEarlier)),
          );
    const mask = writer.define(isBetter);
    writer.set(largest, v128.bitselect(x, largest, mask));
    writer.set(best, v128.bitselect(other, best, mask));
  }
  setValue(
    register,
    isDouble ? uniformDouble(largest) : { kind: representation as "single", lanes: largest },
    position,
  );
  setValue(place!, uniformInteger(writer.define(lane("i32x4.extract_lane", 0, best))), position);
}

function accumulatorOf(register: Register, { accumulators }: Context): Accumulator {
  const accumulator = accumulators.get(register);
  if (accumulator === undefined) throw new Error(`wasm: a reduction must begin before a number enters it.`);
  return accumulator;
}

/** The registers of reductions that numbers enter in a statement or inside of it. */
export function accumulatedIn(statement: Statement): readonly Register[] {
  switch (statement.kind) {
    case "accumulate":
      return [statement.register];
    case "loop":
      return statement.body.flatMap(accumulatedIn);
    case "multiply":
      return [...statement.epilogue.row.body, ...statement.epilogue.column.body].flatMap(accumulatedIn);
    default:
      return [];
  }
}

/** The lanes that are active, and 0 in others. */
export function activeOnly(lanes: Vector, active: ActiveLanes): Vector {
  return active === 4 ? lanes : v128.and(lanes, activeMask(active));
}

/** The first lanes, and something else in the others; of float64 lanes each counts twice. */
function activeOr(lanes: Vector, otherwise: Vector, active: number): Vector {
  return active === 4 ? lanes : v128.bitselect(lanes, otherwise, activeMask(active));
}

function activeMask(active: number): Vector {
  return vector(Int32Array.from({ length: 4 }, (_, index) => (index < active ? -1 : 0)));
}

function activeDoubles(active: 1 | 2): Vector {
  return activeMask(2 * active);
}

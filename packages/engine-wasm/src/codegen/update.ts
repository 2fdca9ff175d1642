/** How is a number added to an element of a buffer, or taken if it is larger? */
import type { Operand, StatementOf } from "@symloss/loops";
import { f32x4, f64x2, i32, i32x4, lane, v128 } from "../assembler/expression.ts";
import type { FunctionWriter } from "../assembler/function.ts";
import { loadElements, storeElements } from "./memory-access.ts";
import { type Position, type VectorPosition, valueOf, weighted } from "./position.ts";
import { dependsOn, strideOf } from "./registers.ts";
import { type Value, doublesOf, integers, masks, singles, uniformDouble, uniformInteger } from "./value.ts";

type Update = StatementOf<"update">;

export function writeUpdate(statement: Update, position: Position): void {
  const { vector } = position;
  if (vector === undefined) {
    writeOnce(statement, position);
    return;
  }
  const column = position.context.columns.get(statement)?.[vector.number];
  if (column !== undefined) {
    position.context.writer.set(column, f32x4.add(column, singles(valueOf(statement.value, position))));
    return;
  }
  const { address } = statement;
  const isAdjacent = strideOf(address, vector.index) === 1 && !dependsOn(address, vector.own);
  if (isAdjacent && statement.within === undefined) {
    addToMemory(statement, valueOf(statement.value, position), position);
    return;
  }
  // Several lanes may change one element, in their order.
  for (let index = 0; index < vector.active; index++)
    writeOnce(statement, laneOnly(statement, index, vector, position));
}

/** Adds a value to what an update changes, or takes the larger. */
export function addToMemory(statement: Update, value: Value, position: Position): void {
  const { buffer, address } = statement;
  const before = loadElements(buffer, address, position);
  storeElements(buffer, address, updated(statement, before, value, position), position);
}

function updated({ reduction }: Update, before: Value, value: Value, position: Position): Value {
  const { writer } = position.context;
  const isUniform = position.vector === undefined;
  if (reduction === "sum") {
    const [x, y] = [doublesOf(before), doublesOf(value)];
    const low = writer.define(f64x2.add(x.low, y.low));
    return isUniform ? uniformDouble(low) : { kind: "double", low, high: writer.define(f64x2.add(x.high, y.high)) };
  }
  switch (before.kind) {
    case "double": {
      const [x, y] = [before, doublesOf(value)];
      const low = writer.define(f64x2.max(x.low, y.low));
      return isUniform ? uniformDouble(low) : { kind: "double", low, high: writer.define(f64x2.max(x.high, y.high)) };
    }
    case "integer":
      return { kind: "integer", lanes: i32x4.max_s(before.lanes, integers(value)) };
    case "mask":
      return { kind: "mask", lanes: v128.or(before.lanes, masks(value)) };
    case "single":
    case "constant":
      return { kind: "single", lanes: f32x4.max(singles(before), singles(value)) };
  }
}

function writeOnce(statement: Update, position: Position): void {
  const { value, within } = statement;
  const { writer } = position.context;
  const change = (): void => addToMemory(statement, valueOf(value, position), position);
  if (within === undefined) {
    change();
    return;
  }
  const operand = valueOf(within.operand, position);
  const index = writer.define(lane("i32x4.extract_lane", 0, integers(operand)));
  // Unsigned: what is negative is larger than any size.
  writer.when(i32.lt_u(index, position.context.length(within.size)), change);
}

/** One lane of the statement's operands, outside of the vector. */
function laneOnly(statement: Update, index: number, vector: VectorPosition, position: Position): Position {
  const { context } = position;
  const operands: Operand[] = [statement.value, ...statement.address.terms.map(({ operand }) => operand)];
  if (statement.within !== undefined) operands.push(statement.within.operand);
  const values = new Map(context.values);
  for (const operand of operands) {
    if (operand.kind !== "register") continue;
    values.set(operand.register, inLane(valueOf(operand, position), index, context.writer));
  }
  const indices = new Map(context.indices);
  indices.set(vector.index, weighted([[vector.counter, 1]], 4 * vector.number + index, context));
  return { context: { ...context, values, indices }, vector: undefined };
}

function inLane(value: Value, index: number, writer: FunctionWriter): Value {
  switch (value.kind) {
    case "constant":
      return value;
    case "double": {
      const half = index < 2 ? value.low : value.high;
      return uniformDouble(writer.define(f64x2.splat(lane("f64x2.extract_lane", index % 2, half))));
    }
    case "integer":
      if (value.scalar !== undefined) return value;
      return uniformInteger(writer.define(lane("i32x4.extract_lane", index, value.lanes)));
    case "single":
    case "mask": {
      const bits = lane("i32x4.extract_lane", index, value.lanes);
      return { kind: value.kind, lanes: writer.define(i32x4.splat(bits)) };
    }
  }
}

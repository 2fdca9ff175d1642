/** Where is a reduction accumulated, from before its loops until after them? */
import type { ElementOf, Label } from "../element/element.ts";
import type { Operand } from "../program/program.ts";
import { type Emission, type KeptArray, nextRegister } from "./emission.ts";
import { addressOf, keep, learn, operandOf } from "./operands.ts";
import { type Scope, indexOf, openScope } from "./scope.ts";

type Reduce = ElementOf<"reduce">;

/** Initialises a reduction: a register if all of its labels are bound here, else an array. */
export function beginReduction(emission: Emission, reduce: Reduce, scope: Scope): void {
  const { reduction, labels } = reduce;
  const inner = labels.filter((label) => !scope.bound.has(label));
  if (inner.length === 0) {
    const register = nextRegister(emission);
    const position = reduction === "argmax" ? nextRegister(emission) : undefined;
    scope.statements.push({ kind: "accumulator", register, reduction, position });
    emission.accumulators.set(reduce, { kind: "register", register, position });
    return;
  }
  const array = keep(emission, reduce, scope);
  const initial = reduction === "max" ? -Infinity : 0;
  if (inner.length === array.offset.terms.length)
    scope.statements.push({ kind: "fill", buffer: array.buffer, value: initial });
  else storeEverywhere(emission, array, inner, { kind: "constant", value: initial }, scope);
  emission.accumulators.set(reduce, array);
}

/** Notes that a reduction is complete. */
export function finishReduction(emission: Emission, reduce: Reduce, scope: Scope): void {
  const accumulator = emission.accumulators.get(reduce)!;
  if (accumulator.kind === "array") accumulator.isFilled = true;
  else {
    const { register, position } = accumulator;
    learn(emission, reduce, { kind: "register", register: position ?? register }, scope);
  }
}

/** Accumulates one more element. */
export function emitReduction(emission: Emission, reduce: Reduce, scope: Scope): void {
  const { reduction, operand, over } = reduce;
  const value = operandOf(emission, operand, scope);
  const accumulator = emission.accumulators.get(reduce)!;
  if (accumulator.kind === "array") {
    const { buffer, offset } = accumulator;
    const address = addressOf(emission, offset, scope);
    const update = reduction === "max" ? "max" : "sum";
    scope.statements.push({ kind: "update", buffer, address, reduction: update, value, within: undefined });
    return;
  }
  const { register, position } = accumulator;
  const index = position === undefined ? undefined : { register: position, index: indexOf(over[0]!, scope) };
  scope.statements.push({ kind: "accumulate", register, reduction, value, position: index });
}

function storeEverywhere(
  emission: Emission,
  array: KeptArray,
  [label, ...inner]: readonly Label[],
  value: Operand,
  scope: Scope,
): void {
  if (label === undefined) {
    const address = addressOf(emission, array.offset, scope);
    scope.statements.push({ kind: "store", buffer: array.buffer, address, value });
    return;
  }
  const inside = openScope(emission, scope, label);
  storeEverywhere(emission, array, inner, value, inside);
  scope.statements.push({ kind: "loop", index: inside.index, extent: label.extent, body: inside.statements });
}

/** Where is an element known, and if it is not, how is it computed? Each of its parts is computed as far out as its labels allow. */
import type { DType } from "@symloss/core/engine";
import { affineKey } from "../element/affine.ts";
import type { Affine, Element } from "../element/element.ts";
import { productOf } from "../program/length.ts";
import type { Address, Buffer, Expression, Operand } from "../program/program.ts";
import { type Emission, type KeptArray, nextRegister, offsetOf } from "./emission.ts";
import { type Scope, indexOf, scopeOf } from "./scope.ts";

/** The element as an operand that is known in this body. */
export function operandOf(emission: Emission, root: Element, scope: Scope): Operand {
  const stack = [root];
  for (let element = stack.at(-1); element !== undefined; element = stack.at(-1)) {
    const missing = lookUp(emission, element, scope) === undefined ? compute(emission, element, scope) : [];
    if (missing.length === 0) stack.pop();
    else stack.push(...missing);
  }
  return lookUp(emission, root, scope)!;
}

/** Computes an element if all of its parts are known; returns those that are not. */
function compute(emission: Emission, element: Element, scope: Scope): readonly Element[] {
  if (element.kind === "reduce") throw new Error(`loops: a ${element.reduction} must be complete before it is used.`);
  const target = scopeOf(element.labels, scope);
  const operands = element.parts.map((part) => lookUp(emission, part, target));
  if (operands.includes(undefined)) return element.parts.filter((_, index) => operands[index] === undefined);
  if (element.kind === "load") {
    const address = addressOf(emission, element.offset, target);
    target.known.set(
      element,
      define(emission, target, { kind: "load", buffer: element.buffer, address }, element.dtype),
    );
  } else if (element.kind === "apply") {
    const { operation, dtype } = element;
    const applied: Expression = { kind: "apply", operation, operands: operands as Operand[] };
    learn(emission, element, define(emission, target, applied, dtype), target);
  }
  return [];
}

function lookUp(emission: Emission, element: Element, scope: Scope): Operand | undefined {
  if (element.kind === "constant") return { kind: "constant", value: element.value };
  if (element.kind === "length") return { kind: "constant", value: element.length };
  if (element.kind === "index") return indexOf(element.label, scope);
  for (let current: Scope | undefined = scope; current !== undefined; current = current.parent) {
    const operand = current.known.get(element);
    if (operand !== undefined) return operand;
  }
  const array = emission.arrays.get(element);
  if (array === undefined || !array.isFilled) return undefined;
  const target = scopeOf(element.labels, scope);
  const address = addressOf(emission, array.offset, target);
  const operand = define(emission, target, { kind: "load", buffer: array.buffer, address }, element.dtype);
  target.known.set(element, operand);
  return operand;
}

function define(emission: Emission, scope: Scope, expression: Expression, dtype: DType): Operand {
  const register = nextRegister(emission);
  scope.statements.push({ kind: "let", register, expression, dtype });
  return { kind: "register", register };
}

/** Notes where an element is known, and stores it if a later loop needs it. */
export function learn(emission: Emission, element: Element, operand: Operand, scope: Scope): void {
  scope.known.set(element, operand);
  const array = emission.arrays.get(element);
  if (array === undefined || array.isFilled) return;
  const address = addressOf(emission, array.offset, scope);
  scope.statements.push({ kind: "store", buffer: array.buffer, address, value: operand });
  array.isFilled = true;
}

/** An array in which an element is kept: for as long as this body lasts, or for all programs. */
export function keep(emission: Emission, element: Element, scope: Scope | undefined): KeptArray {
  const { arrays, buffers, sortLabels } = emission;
  let array = arrays.get(element);
  if (array === undefined) {
    const labels = sortLabels(element.labels.filter((label) => scope?.bound.has(label) !== true));
    const buffer: Buffer = {
      id: buffers.length,
      kind: scope === undefined ? "intermediate" : "scratch",
      dtype: "float64",
      size: productOf(labels.map(({ extent }) => extent)),
    };
    buffers.push(buffer);
    array = { kind: "array", buffer, offset: offsetOf(labels), isFilled: false };
    arrays.set(element, array);
    scope?.arrays.push(element);
  }
  return array;
}

/** The affine function as an address: terms that do not change in the innermost loop are added once, outside it. */
export function addressOf(emission: Emission, affine: Affine, scope: Scope): Address {
  const innermost = scope.label;
  const inner = affine.terms.filter(({ label }) => label === innermost);
  const outer: Affine = { ...affine, constant: 0, terms: affine.terms.filter(({ label }) => label !== innermost) };
  const terms = inner.map(({ label, stride }) => ({ operand: indexOf(label, scope), stride }));
  if (outer.terms.length === 0 && outer.others.length === 0) return { constant: affine.constant, terms };
  return { constant: affine.constant, terms: [{ operand: baseOf(emission, outer, scope), stride: 1 }, ...terms] };
}

function baseOf(emission: Emission, outer: Affine, scope: Scope): Operand {
  const labels = [...outer.terms.map(({ label }) => label), ...outer.others.flatMap(({ element }) => element.labels)];
  const target = scopeOf(labels, scope);
  const key = affineKey(outer);
  let base = target.bases.get(key);
  if (base === undefined) {
    const terms = [
      ...outer.terms.map(({ label, stride }) => ({ operand: indexOf(label, target), stride })),
      ...outer.others.map(({ element, stride }) => ({ operand: operandOf(emission, element, target), stride })),
    ];
    const [only] = terms;
    base =
      terms.length === 1 && only!.stride === 1
        ? only!.operand
        : define(emission, target, { kind: "address", address: { constant: 0, terms } }, "int32");
    target.bases.set(key, base);
  }
  return base;
}

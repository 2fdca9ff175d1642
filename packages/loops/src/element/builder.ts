/** How are elements made, so that equal ones are the same object? */
import type { DType } from "@symloss/core/engine";
import { type Length, lengthKey } from "../program/length.ts";
import type { Buffer, Reduction } from "../program/program.ts";
import { type ScalarOperation, scalarFacts } from "../program/scalar-operation.ts";
import { affineKey } from "./affine.ts";
import type { Affine, Element, Label } from "./element.ts";

/** Makes elements, each once. */
export interface ElementBuilder {
  constant(value: number, dtype: DType): Element;
  /** A length as a number: a constant unless it has names. */
  length(length: Length, dtype: DType): Element;
  index(label: Label): Element;
  load(buffer: Buffer, offset: Affine): Element;
  apply(operation: ScalarOperation, operands: readonly Element[], dtype: DType): Element;
  /** Over labels that the operand depends on. */
  reduce(reduction: Reduction, operand: Element, over: readonly Label[], dtype: DType): Element;
}

const none: readonly Element[] = [];

/** A new builder. */
export function makeElementBuilder(): ElementBuilder {
  const known = new Map<string, Element>();
  let count = 0;
  const once = (key: string, make: (id: number) => Element): Element => {
    let element = known.get(key);
    if (element === undefined) known.set(key, (element = make(count++)));
    return element;
  };
  return {
    constant: (value, dtype) => once(constantKey(value, dtype), (id) => makeConstant(id, value, dtype)),
    length: (length, dtype) =>
      once(typeof length === "number" ? constantKey(length, dtype) : `${dtype} n${lengthKey(length)}`, (id) =>
        makeLength(id, length, dtype),
      ),
    index: (label) => once(`i${label.id}`, (id) => makeIndex(id, label)),
    load: (buffer, offset) => once(`b${buffer.id}[${affineKey(offset)}]`, (id) => makeLoad(id, buffer, offset)),
    apply: (operation, operands, dtype) =>
      once(`${operation}(${idsOf(operands)})${dtype}`, (id) => makeApply(id, operation, operands, dtype)),
    reduce: (reduction, operand, over, dtype) =>
      once(`${reduction}(${operand.id})${idsOf(over)}${dtype}`, (id) =>
        makeReduce(id, reduction, operand, over, dtype),
      ),
  };
}

function constantKey(value: number, dtype: DType): string {
  return `${dtype} ${Object.is(value, -0) ? "-0" : value}`;
}

function idsOf(list: readonly { readonly id: number }[]): string {
  return list.map(({ id }) => id).join();
}

function makeConstant(id: number, value: number, dtype: DType): Element {
  return { kind: "constant", id, parts: none, value, dtype, labels: [], exact: true, ownCost: 0, cost: 0 };
}

function makeLength(id: number, length: Length, dtype: DType): Element {
  if (typeof length === "number") return makeConstant(id, length, dtype);
  return { kind: "length", id, parts: none, length, dtype, labels: [], exact: true, ownCost: 0, cost: 0 };
}

function makeIndex(id: number, label: Label): Element {
  return { kind: "index", id, parts: none, label, dtype: "int32", labels: [label], exact: true, ownCost: 0, cost: 0 };
}

function makeLoad(id: number, buffer: Buffer, offset: Affine): Element {
  const parts = offset.others.map(({ element }) => element);
  return {
    kind: "load",
    id,
    parts,
    buffer,
    offset,
    dtype: buffer.unrounded ?? buffer.dtype,
    labels: labelsOf(offset),
    exact: buffer.unrounded !== "float32",
    ownCost: 1,
    cost: costOf(1, parts),
  };
}

function makeApply(id: number, operation: ScalarOperation, operands: readonly Element[], dtype: DType): Element {
  const { cost, exact } = scalarFacts[operation];
  return {
    kind: "apply",
    id,
    parts: operands,
    operation,
    operands,
    dtype,
    labels: union(operands.map(({ labels }) => labels)),
    exact:
      dtype !== "float32" ||
      exact === "always" ||
      (exact === "ifOperandsAre" && operands.every((operand) => operand.exact)),
    ownCost: cost,
    cost: costOf(cost, operands),
  };
}

function makeReduce(id: number, reduction: Reduction, operand: Element, over: readonly Label[], dtype: DType): Element {
  return {
    kind: "reduce",
    id,
    parts: [operand],
    reduction,
    operand,
    over,
    dtype,
    labels: operand.labels.filter((label) => !over.includes(label)),
    exact: dtype !== "float32" || (reduction === "max" && operand.exact),
    ownCost: 0,
    cost: 0,
  };
}

function costOf(own: number, parts: readonly Element[]): number {
  return parts.reduce((sum, { cost }) => sum + cost, own);
}

/** The labels of several, by id. */
export function union(lists: readonly (readonly Label[])[]): readonly Label[] {
  const [first = [], ...rest] = lists;
  if (rest.every((list) => list === first || list.every((label) => first.includes(label)))) return first;
  return [...new Set(lists.flat())].toSorted((left, right) => left.id - right.id);
}

/** The labels that an affine function depends on, by id. */
function labelsOf({ terms, others }: Affine): readonly Label[] {
  return union([
    terms.map(({ label }) => label).toSorted((left, right) => left.id - right.id),
    ...others.map(({ element }) => element.labels),
  ]);
}

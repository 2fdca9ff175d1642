/** What is one element of a tensor, said as an expression of loop indices? Equal expressions are one object. */
import type { DType } from "@symloss/core/engine";
import type { Buffer, Reduction, ScalarOperation } from "../program/program.ts";

/** A loop index in waiting: an axis, or several axes of tensors that always walk together. */
export interface Label {
  readonly id: number;
  readonly extent: number;
}

/** A linear function of labels and of integers that are known when the program runs. */
export interface Linear {
  readonly constant: number;
  readonly terms: readonly { readonly label: Label; readonly stride: number }[];
  readonly others: readonly { readonly value: Value; readonly stride: number }[];
}

interface Common {
  readonly id: number;
  /** What it is made of directly. */
  readonly parts: readonly Value[];
  /** The labels that it depends on, by id. */
  readonly labels: readonly Label[];
  readonly dtype: DType;
  /** Whether the number is an element of its dtype just as it is: float32 is computed in float64 and rounded where it is stored. */
  readonly exact: boolean;
  /** Roughly the cost of computing it from what it is made of, in additions. */
  readonly price: number;
  /** The same from loads and reductions. */
  readonly cost: number;
}

/** One element. */
export type Value = Common &
  (
    | { readonly kind: "constant"; readonly value: number }
    | { readonly kind: "index"; readonly label: Label }
    | { readonly kind: "load"; readonly buffer: Buffer; readonly offset: Linear }
    | { readonly kind: "apply"; readonly operation: ScalarOperation; readonly operands: readonly Value[] }
    | {
        readonly kind: "reduce";
        readonly reduction: Reduction;
        readonly operand: Value;
        readonly over: readonly Label[];
      }
  );

/** A value of one kind. */
export type ValueOf<K extends Value["kind"]> = Extract<Value, { readonly kind: K }>;

/** Makes values, each once. */
export interface Values {
  constant(value: number, dtype: DType): Value;
  index(label: Label): Value;
  load(buffer: Buffer, offset: Linear): Value;
  apply(operation: ScalarOperation, operands: readonly Value[], dtype: DType): Value;
  /** Over labels that the operand depends on. */
  reduce(reduction: Reduction, operand: Value, over: readonly Label[], dtype: DType): Value;
}

const none: readonly Value[] = [];

/** A new maker. */
export function makeValues(): Values {
  const known = new Map<string, Value>();
  let count = 0;
  const once = (key: string, make: (id: number) => Value): Value => {
    let value = known.get(key);
    if (value === undefined) known.set(key, (value = make(count++)));
    return value;
  };
  return {
    constant: (value, dtype) =>
      once(`${dtype} ${Object.is(value, -0) ? "-0" : value}`, (id) => ({
        kind: "constant",
        id,
        parts: none,
        value,
        dtype,
        labels: [],
        exact: true,
        price: 0,
        cost: 0,
      })),
    index: (label) =>
      once(`i${label.id}`, (id) => ({
        kind: "index",
        id,
        parts: none,
        label,
        dtype: "int32",
        labels: [label],
        exact: true,
        price: 0,
        cost: 0,
      })),
    load: (buffer, offset) =>
      once(`b${buffer.id}[${linearKey(offset)}]`, (id) => ({
        kind: "load",
        id,
        parts: offset.others.map(({ value }) => value),
        buffer,
        offset,
        dtype: buffer.unrounded ?? buffer.dtype,
        labels: labelsOf(offset),
        exact: buffer.unrounded !== "float32",
        price: 1,
        cost: 1 + offset.others.reduce((sum, { value }) => sum + value.cost, 0),
      })),
    apply: (operation, operands, dtype) =>
      once(`${operation}(${operands.map(({ id }) => id).join()})${dtype}`, (id) => ({
        kind: "apply",
        id,
        parts: operands,
        operation,
        operands,
        dtype,
        labels: union(operands.map(({ labels }) => labels)),
        exact:
          dtype !== "float32" ||
          (keepsExact.has(operation) && operands.every(({ exact }) => exact)) ||
          operation === "round",
        price: prices[operation] ?? 1,
        cost: operands.reduce((sum, operand) => sum + operand.cost, prices[operation] ?? 1),
      })),
    reduce: (reduction, operand, over, dtype) =>
      once(`${reduction}(${operand.id})${over.map(({ id }) => id).join()}${dtype}`, (id) => ({
        kind: "reduce",
        id,
        parts: [operand],
        reduction,
        operand,
        over,
        dtype,
        labels: operand.labels.filter((label) => !over.includes(label)),
        exact: dtype !== "float32" || (reduction === "max" && operand.exact),
        price: 0,
        cost: 0,
      })),
  };
}

/** The labels of several, by id. */
export function union(lists: readonly (readonly Label[])[]): readonly Label[] {
  const [first = [], ...rest] = lists;
  if (rest.every((list) => list === first || list.every((label) => first.includes(label)))) return first;
  return [...new Set(lists.flat())].toSorted((left, right) => left.id - right.id);
}

/** The labels that a linear function depends on, by id. */
function labelsOf({ terms, others }: Linear): readonly Label[] {
  return union([
    terms.map(({ label }) => label).toSorted((left, right) => left.id - right.id),
    ...others.map(({ value }) => value.labels),
  ]);
}

/** 0 */
export const zero: Linear = { constant: 0, terms: [], others: [] };

const linears = new WeakMap<Label, Linear>();

/** The label itself. */
export function linearOf(label: Label): Linear {
  let linear = linears.get(label);
  if (linear === undefined) linears.set(label, (linear = { constant: 0, terms: [{ label, stride: 1 }], others: [] }));
  return linear;
}

/** A number that is known when the program runs. */
export function linearOfValue(value: Value): Linear {
  if (value.kind === "constant") return { ...zero, constant: value.value };
  return value.kind === "index" ? linearOf(value.label) : { ...zero, others: [{ value, stride: 1 }] };
}

/** The sum of each times its stride. */
export function combine(parts: readonly (readonly [Linear, number])[]): Linear {
  const terms: { readonly label: Label; stride: number }[] = [];
  const others: { readonly value: Value; stride: number }[] = [];
  let constant = 0;
  // Few terms: looking through them is cheaper than a map.
  for (const [part, factor] of parts) {
    constant += part.constant * factor;
    for (const { label, stride } of part.terms) {
      const known = terms.find((term) => term.label === label);
      if (known === undefined) terms.push({ label, stride: stride * factor });
      else known.stride += stride * factor;
    }
    for (const { value, stride } of part.others) {
      const known = others.find((other) => other.value === value);
      if (known === undefined) others.push({ value, stride: stride * factor });
      else known.stride += stride * factor;
    }
  }
  const isLeft = ({ stride }: { readonly stride: number }): boolean => stride !== 0;
  return { constant, terms: terms.filter(isLeft), others: others.filter(isLeft) };
}

const keys = new WeakMap<Linear, string>();

/** A text that two linear functions share just when they are equal. */
export function linearKey(linear: Linear): string {
  let key = keys.get(linear);
  if (key === undefined) {
    const terms = linear.terms.map(({ label, stride }) => `${label.id}*${stride}`).toSorted();
    const others = linear.others.map(({ value, stride }) => `v${value.id}*${stride}`).toSorted();
    keys.set(linear, (key = [linear.constant, ...terms, ...others].join("+")));
  }
  return key;
}

const indexKeys = new WeakMap<readonly Linear[], string>();

/** A text that two indices share just when they are equal. Most are handed from operand to operand. */
export function indexKey(index: readonly Linear[]): string {
  let key = indexKeys.get(index);
  if (key === undefined) indexKeys.set(index, (key = index.map(linearKey).join()));
  return key;
}

/** Operations whose result is as exact as their operands. */
const keepsExact: ReadonlySet<ScalarOperation> = new Set<ScalarOperation>([
  "neg",
  "abs",
  "sign",
  "relu",
  "maximum",
  "minimum",
  "where",
  "lesser",
  "limit",
  "convert",
  "flip",
]);

const prices: { readonly [O in ScalarOperation]?: number } = {
  exp: 10,
  decay: 10,
  expm1: 20,
  log: 10,
  log1p: 20,
  log1pOfUnit: 10,
  beats: 3,
  sqrt: 4,
  tanh: 20,
  pow: 30,
  div: 4,
};

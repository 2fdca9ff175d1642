/** At which index does a kernel read? A sum of digits of thread and loop indices, in which most divisions cancel. */
import { type Expression, call, integer, scaled, sumOf } from "./expression.ts";
import { printExpression } from "./print.ts";
import type { Source } from "./source.ts";

/** An integer that a kernel knows: a thread index, a loop index, or one that it has computed. */
export interface Variable {
  readonly expression: Expression;
  /** The exclusive upper bound; the lower bound is 0. */
  readonly size: number;
  /** The depth of the loops in which it is known; 0 if it is known everywhere. */
  readonly depth: number;
  /** The sort key: equal for the same variable; the terms of sums are ordered by it. */
  readonly text: Source;
}

/** A variable for this expression, at least 0 and less than the size, known at this loop depth. */
export function makeVariable(expression: Expression, size: number, depth: number): Variable {
  return { expression, size, depth, text: printExpression(expression) };
}

/** `floor(variable / divisor) mod length`. */
interface Digit {
  readonly variable: Variable;
  readonly divisor: number;
  readonly length: number;
}

interface Term extends Digit {
  readonly factor: number;
}

/** `constant` plus the sum of digits times factors. */
export interface Index {
  readonly constant: number;
  readonly terms: readonly Term[];
}

/** An index for each axis. */
export type Position = readonly Index[];

/** A constant index. */
export function constantIndex(constant: number): Index {
  return { constant, terms: [] };
}

/** A thread or loop index by itself. */
export function indexOf(variable: Variable): Index {
  return variable.size === 1
    ? constantIndex(0)
    : makeIndex(0, [{ variable, divisor: 1, length: variable.size, factor: 1 }]);
}

/** The sum of indices times factors. */
export function combine(parts: readonly (readonly [index: Index, factor: number])[], constant = 0): Index {
  return makeIndex(
    parts.reduce((sum, [index, factor]) => sum + factor * index.constant, constant),
    parts.flatMap(([{ terms }, factor]) => terms.map((term) => ({ ...term, factor: term.factor * factor }))),
  );
}

/** The index plus a constant. */
export function shift(index: Index, by: number): Index {
  return { ...index, constant: index.constant + by };
}

/** The row-major index of a position in an array with these strides. */
export function flatten(position: Position, strides: readonly number[]): Index {
  return combine(position.map((index, axis) => [index, strides[axis]!]));
}

/** The position with this row-major index. */
export function unflatten(index: Index, shape: readonly number[]): Position {
  const position: Index[] = [];
  let rest = index;
  for (const [axis, length] of [...shape.entries()].toReversed()) {
    const [quotient, remainder] = axis === 0 ? [rest, rest] : divide(rest, length);
    position.unshift(remainder);
    rest = quotient;
  }
  return position;
}

/** Quotient and remainder by a positive constant. Neither is defined for a negative index: what is read there must not be used. */
export function divide(index: Index, divisor: number): readonly [quotient: Index, remainder: Index] {
  if (divisor === 1) return [index, constantIndex(0)];
  const whole = Math.floor(index.constant / divisor);
  const high: Term[] = [];
  const low: Term[] = [];
  for (const term of index.terms) {
    const { factor, length } = term;
    const steps = divisor / factor;
    if (factor % divisor === 0) {
      high.push({ ...term, factor: factor / divisor });
    } else if (Number.isInteger(steps) && steps < length && (length % steps === 0 || isLeading(term))) {
      high.push({ ...term, divisor: term.divisor * steps, length: Math.ceil(length / steps), factor: 1 });
      low.push({ ...term, length: steps });
    } else {
      low.push(term);
    }
  }
  const quotient = makeIndex(whole, high);
  const remainder = makeIndex(index.constant - whole * divisor, low);
  if (largest(remainder) < divisor) return [quotient, remainder];
  const rest = makeVariable(expressionOf(remainder), largest(remainder) + 1, depthOf(remainder));
  const digit = { variable: rest, factor: 1 };
  return [
    combine([
      [quotient, 1],
      [makeIndex(0, [{ ...digit, divisor, length: Math.ceil(rest.size / divisor) }]), 1],
    ]),
    makeIndex(0, [{ ...digit, divisor: 1, length: divisor }]),
  ];
}

/** The largest value of the index. */
function largest({ constant, terms }: Index): number {
  return terms.reduce((sum, { factor, length }) => sum + factor * (length - 1), constant);
}

/** Whether the index is the same for every thread. */
export function isConstant({ terms }: Index): boolean {
  return terms.length === 0;
}

/** The depth of the loops in which the index is known. */
export function depthOf({ terms }: Index): number {
  return terms.reduce((depth, { variable }) => Math.max(depth, variable.depth), 0);
}

const expressions = new WeakMap<Index, Expression>();

/** The index as a kernel computes it, an integer there. */
export function expressionOf(index: Index): Expression {
  let expression = expressions.get(index);
  if (expression === undefined) {
    const { constant, terms } = index;
    expression = sumOf(
      terms.map((term) => scaled(digitOf(term), term.factor)),
      constant,
    );
    expressions.set(index, expression);
  }
  return expression;
}

/** The largest integer that occurs while the index is computed. */
export function largestStep({ constant, terms }: Index): number {
  const sum = terms.reduce((left, { factor, length }) => left + factor * (length - 1), 0);
  return Math.max(sum + Math.max(constant, 0), ...terms.map(({ variable }) => variable.size - 1));
}

function digitOf(digit: Digit): Expression {
  const { variable, divisor, length } = digit;
  const { expression } = variable;
  const quotient = divisor === 1 ? expression : call("quotient", expression, integer(divisor));
  return isLeading(digit) ? quotient : call("remainder", quotient, integer(length));
}

/** Whether this is the most significant digit, so that it needs no remainder. */
function isLeading({ variable, divisor, length }: Digit): boolean {
  return divisor * length >= variable.size;
}

/** The terms in a fixed order, with adjacent digits of the same variable merged. */
function makeIndex(constant: number, terms: readonly Term[]): Index {
  const sorted = terms
    .filter(({ length, factor }) => length > 1 && factor !== 0)
    .toSorted((left, right) => compare(left.variable.text, right.variable.text) || left.divisor - right.divisor);
  const merged: Term[] = [];
  for (const term of sorted) {
    const last = merged.at(-1);
    const joined = last && join(last, term);
    if (joined === undefined) merged.push(term);
    else merged[merged.length - 1] = joined;
  }
  return { constant, terms: merged };
}

function join(low: Term, high: Term): Term | undefined {
  if (low.variable.text !== high.variable.text) return undefined;
  if (low.divisor === high.divisor && low.length === high.length) return { ...low, factor: low.factor + high.factor };
  const adjoins = high.divisor === low.divisor * low.length && high.factor === low.factor * low.length;
  if (!adjoins) return undefined;
  const length = low.length * high.length;
  return { ...low, length: Math.min(length, Math.ceil(low.variable.size / low.divisor)) };
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

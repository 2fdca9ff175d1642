/** What are the derivatives of x^y, of every order and by both operands, even if x is 0 or infinite? */
import { customGradient } from "../tensor/annotation.ts";
import { add, equal, log, logicalAnd, logicalOr, mul, pow, sub, where } from "../tensor/elementwise.ts";
import { full } from "../tensor/operand.ts";
import { valueOf } from "./simplify.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** A derivative of x^y: x^(y - lowered) times the sum of the terms. */
interface PowerDerivative {
  readonly lowered: number;
  readonly terms: readonly Term[];
}

/** The product of y - r for each root r, times log(x)^logs. */
interface Term {
  readonly roots: readonly number[];
  readonly logs: number;
}

const itself: PowerDerivative = { lowered: 0, terms: [{ roots: [], logs: 0 }] };

/** The derivative of x^y by x. */
export function powerByBase(x: Tensor, y: Tensor): Tensor {
  return asTensor(x, y, byBase(itself));
}

/** The derivative of x^y by y. */
export function powerByExponent(x: Tensor, y: Tensor): Tensor {
  return asTensor(x, y, byExponent(itself));
}

function byBase({ lowered, terms }: PowerDerivative): PowerDerivative {
  return {
    lowered: lowered + 1,
    terms: terms.flatMap(({ roots, logs }) => [
      { roots: [...roots, lowered], logs },
      ...Array.from({ length: logs }, () => ({ roots, logs: logs - 1 })),
    ]),
  };
}

function byExponent({ lowered, terms }: PowerDerivative): PowerDerivative {
  return {
    lowered,
    terms: terms.flatMap(({ roots, logs }) => [
      { roots, logs: logs + 1 },
      ...roots.map((_, index) => ({ roots: roots.toSpliced(index, 1), logs })),
    ]),
  };
}

/** The chain rule applied to the parts would meet 0 times infinity, so each derivative is again written as a whole. */
function asTensor(x: Tensor, y: Tensor, derivative: PowerDerivative): Tensor {
  return customGradient((base: Tensor, exponent: Tensor) => ({
    value: evaluate(base, exponent, derivative),
    gradient: (g) => [
      mul(g, asTensor(base, exponent, byBase(derivative))),
      mul(g, asTensor(base, exponent, byExponent(derivative))),
    ],
  }))(x, y);
}

function evaluate(x: Tensor, y: Tensor, { lowered, terms }: PowerDerivative): Tensor {
  const exponent = lowered === 0 ? y : sub(y, lowered);
  const most = Math.max(...terms.map(({ logs }) => logs));
  const coefficients = Array.from({ length: most + 1 }, (_, logs) => coefficientOf(y, terms, logs));
  let factor = coefficients[most]!;
  if (most > 0) {
    // 0^0 counts as a constant: with the logarithm its derivative would be infinite.
    const logarithm = log(where(logicalAnd(equal(x, 0), equal(exponent, 0)), 1, x));
    for (let logs = most - 1; logs >= 0; logs--) factor = add(product(factor, logarithm), coefficients[logs]!);
  }
  return product(factor, pow(x, exponent));
}

/** The coefficient of log(x)^logs. */
function coefficientOf(y: Tensor, terms: readonly Term[], logs: number): Tensor {
  const known = valueOf(y);
  const wanted = terms.filter((term) => term.logs === logs).map(({ roots }) => roots);
  if (known !== undefined) {
    const values = wanted.map((roots) => roots.reduce((value, root) => value * (known - root), 1));
    return full(
      values.reduce((left, right) => left + right, 0),
      y.shape,
      y.dtype,
    );
  }
  const one = full(1, y.shape, y.dtype);
  const products = wanted.map((roots) => roots.reduce((value, root) => mul(value, root === 0 ? y : sub(y, root)), one));
  return products.reduce(add, full(0, y.shape, y.dtype));
}

/** A product in which 0 times infinity is 0, as it is in the limit: x^2 log(x) at 0, or y x^(y - 1) for y = 0. */
function product(factor: Tensor, other: Tensor): Tensor {
  const known = valueOf(factor);
  if (known === 0) return full(0, factor.shape, factor.dtype);
  if (known !== undefined && Number.isFinite(known)) return mul(other, factor);
  return where(logicalOr(equal(factor, 0), equal(other, 0)), 0, mul(factor, other));
}

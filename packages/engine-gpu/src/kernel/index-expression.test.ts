import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { call } from "./expression.ts";
import {
  type Index,
  type Variable,
  combine,
  divide,
  expressionOf,
  flatten,
  indexOf,
  makeVariable,
  unflatten,
} from "./index-expression.ts";
import { printExpression } from "./print.ts";

const x: Variable = makeVariable(call("x"), 2520, 0);
const y: Variable = makeVariable(call("y"), 60, 0);

function sourceOf(index: Index): string {
  return printExpression(expressionOf(index));
}

/** The value that the kernel computes for given thread and loop indices. */
function valueOf(index: Index, numbers: { readonly x: number; readonly y: number }): number {
  const quotient = (i: number, n: number): number => Math.trunc(i / n);
  const remainder = (i: number, n: number): number => i - n * quotient(i, n);
  // oxlint-disable-next-line no-implied-eval -- Kernel source is JavaScript.
  const compute = new Function("x", "y", "quotient", "remainder", `return ${sourceOf(index)};`);
  return compute(
    () => numbers.x,
    () => numbers.y,
    quotient,
    remainder,
  ) as number;
}

const numbers = fc.record({ x: fc.nat(2519), y: fc.nat(59) });
const lengths = fc.array(fc.constantFrom(1, 2, 3, 4, 5, 6, 7, 9, 12), { minLength: 1, maxLength: 4 });

describe("an index", () => {
  test("is divided as integers are, whatever the divisors", () => {
    fc.assert(
      fc.property(numbers, lengths, fc.nat(5), fc.constantFrom(1, 3, 4, 7, 60), (given, divisors, constant, factor) => {
        let index = combine(
          [
            [indexOf(x), factor],
            [indexOf(y), 1],
          ],
          constant,
        );
        let want = given.x * factor + given.y + constant;
        for (const divisor of divisors) {
          const [quotient, remainder] = divide(index, divisor);
          expect(valueOf(remainder, given)).toBe(want % divisor);
          index = quotient;
          want = Math.floor(want / divisor);
          expect(valueOf(index, given)).toBe(want);
        }
      }),
    );
  });

  test("comes back from the position that it stands for", () => {
    fc.assert(
      fc.property(lengths, numbers, (shape, given) => {
        const size = shape.reduce<number>((left, right) => left * right, 1);
        const index = indexOf({ ...x, size });
        const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce<number>((left, right) => left * right, 1));
        const there = flatten(unflatten(index, shape), strides);
        const within = { ...given, x: given.x % size };
        expect(valueOf(there, within)).toBe(within.x);
      }),
    );
  });

  test("needs no division where an array is read as it was written", () => {
    const there = flatten(unflatten(indexOf({ ...x, size: 60 }), [3, 4, 5]), [20, 5, 1]);
    expect(sourceOf(there)).toBe("x()");
  });

  test("finds its texel without remainders where rows are whole texels", () => {
    const element = combine([[indexOf({ ...x, size: 30 }), 4]], 3);
    const [row, column] = unflatten(element, [10, 12]) as [Index, Index];
    expect([sourceOf(row), sourceOf(column)]).toEqual(["quotient(x(), 3)", "(remainder(x(), 3)*4+3)"]);
  });
});

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Expression,
  binary,
  call,
  element,
  integer,
  less,
  negation,
  number,
  product,
  scaled,
  sumOf,
} from "./expression.ts";
import { makeNumbering } from "./numbering.ts";
import { printExpression } from "./print.ts";

const leaf = fc.oneof(
  fc.record({ kind: fc.constant("name" as const), letter: fc.constantFrom("a", "s", "v"), number: fc.nat(2) }),
  fc.constantFrom(-1, 0, 1, 2).map(integer),
  fc.constantFrom(-1, 0, 1, 0.5, NaN).map(number),
);

const { expression } = fc.letrec<{ expression: Expression }>((tie) => {
  const pair = fc.tuple(tie("expression"), tie("expression"));
  const several = fc.array(tie("expression"), { minLength: 1, maxLength: 3 });
  return {
    expression: fc.oneof(
      { maxDepth: 3, depthSize: "small" },
      leaf,
      fc.tuple(fc.constantFrom("Math.max", "choose"), several).map(([name, operands]) => call(name, ...operands)),
      fc.tuple(fc.constantFrom("+", "-", "*", "/"), pair).map(([operator, [x, y]]) => binary(operator, x, y)),
      tie("expression").map(negation),
      pair.map(([x, y]) => element(x, y)),
      several.map(product),
      fc.tuple(several, fc.constantFrom(-2, 0, 3)).map(([terms, constant]) => sumOf(terms, constant)),
      fc.tuple(tie("expression"), fc.constantFrom(1, 4)).map(([x, factor]) => scaled(x, factor)),
      pair.map(([x, y]) => less(x, y)),
    ),
  };
});

describe("a numbering", () => {
  test("gives equal expressions one number, and what reads otherwise another", () => {
    fc.assert(
      fc.property(fc.array(expression, { minLength: 2, maxLength: 12 }), (expressions) => {
        const numberOf = makeNumbering();
        const printed = new Map<string, Expression>();
        for (const one of expressions) {
          const copy = structuredClone(one);
          expect(numberOf(copy)).toBe(numberOf(one));
          const same = printed.get(printExpression(one)) ?? one;
          printed.set(printExpression(one), same);
        }
        const numbers = [...printed.values()].map(numberOf);
        expect(new Set(numbers).size).toBe(numbers.length);
      }),
      { numRuns: 1000 },
    );
  });
});

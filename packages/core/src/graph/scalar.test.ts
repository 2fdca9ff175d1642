import { expect, test } from "vitest";
import { binaryOperations, hasProperty, unaryOperations } from "../tensor/operation.ts";
import { binaryScalar, unaryScalar } from "./scalar.ts";

const values = [0, -0, 1, -1, 0.5, -3, Infinity, -Infinity];

test.each(unaryOperations)("%s carries NaN if its facts say so, and only then", (operation) => {
  expect(Number.isNaN(unaryScalar[operation](NaN))).toBe(hasProperty(operation, "carriesNaN"));
});

test.each(binaryOperations)("%s carries NaN if its facts say so, and only then", (operation) => {
  const apply = binaryScalar[operation];
  const results = [...values, NaN].flatMap((value) => [apply(NaN, value), apply(value, NaN)]);
  expect(results.every(Number.isNaN)).toBe(hasProperty(operation, "carriesNaN"));
});

test.each(binaryOperations)("%s commutes if its facts say so, and only then", (operation) => {
  const apply = binaryScalar[operation];
  const commutes = values.every((x) => values.every((y) => Object.is(apply(x, y), apply(y, x))));
  expect(commutes).toBe(hasProperty(operation, "commutative"));
});

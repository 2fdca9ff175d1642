import type { Atom, Register, ScalarOperation, Statement } from "@symloss/loops";
import { expect, test } from "vitest";
import { findConditions } from "./conditions.ts";

const register = (number: Register): Atom => ({ kind: "register", register: number });
const constant = (value: number): Atom => ({ kind: "constant", value });

function apply(result: Register, operation: ScalarOperation, ...operands: Atom[]): Statement {
  return { kind: "let", register: result, expression: { kind: "apply", operation, operands }, dtype: "bool" };
}

const unlikely: readonly Statement[] = [
  apply(1, "equal", register(0), constant(Infinity)),
  apply(2, "round", register(0)),
  apply(3, "equal", register(2), constant(0)),
];

test("what is compared with infinity is predictable, and what is asked only then is rare", () => {
  const { predictable, rare } = findConditions([...unlikely, apply(4, "logicalAnd", register(3), register(1))]);
  expect([...predictable]).toEqual([1, 4]);
  expect([...rare]).toEqual([3, 2]);
});

test("what something else reads too is not rare", () => {
  const { rare } = findConditions([
    ...unlikely,
    apply(4, "logicalAnd", register(1), register(3)),
    { kind: "loop", index: 0, extent: 4, body: [apply(5, "add", register(2), constant(1))] },
  ]);
  expect([...rare]).toEqual([3]);
});

test("neither of two conditions that go either way is rare", () => {
  const body = [
    apply(1, "less", register(0), constant(1)),
    apply(2, "less", constant(0), register(0)),
    apply(3, "logicalAnd", register(1), register(2)),
  ];
  expect(findConditions(body).rare.size).toBe(0);
});

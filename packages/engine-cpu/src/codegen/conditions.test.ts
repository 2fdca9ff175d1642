import type { Operand, Register, ScalarOperation, Statement } from "@symloss/loops";
import { expect, test } from "vitest";
import { findConditions } from "./conditions.ts";

const register = (number: Register): Operand => ({ kind: "register", register: number });
const constant = (value: number): Operand => ({ kind: "constant", value });

function apply(result: Register, operation: ScalarOperation, ...operands: Operand[]): Statement {
  return { kind: "let", register: result, expression: { kind: "apply", operation, operands }, dtype: "bool" };
}

const unlikely: readonly Statement[] = [
  apply(1, "equal", register(0), constant(Infinity)),
  apply(2, "round", register(0)),
  apply(3, "equal", register(2), constant(0)),
];

test("what is compared with infinity is predictable, and it is said with what is asked only then where both decide", () => {
  const { predictable, inline } = findConditions([...unlikely, apply(4, "logicalAnd", register(3), register(1))]);
  expect([...predictable]).toEqual([1, 4]);
  expect([...inline]).toEqual([1, 3, 2]);
});

test("what something else reads too has a register", () => {
  const { inline } = findConditions([
    ...unlikely,
    apply(4, "logicalAnd", register(1), register(3)),
    apply(5, "where", register(1), register(0), constant(0)),
    { kind: "loop", index: 0, extent: 4, body: [apply(6, "add", register(2), constant(1))] },
  ]);
  expect([...inline]).toEqual([3]);
});

test("what decides once is said there, and what is chosen by it has a register", () => {
  const decides = apply(4, "where", register(1), register(0), constant(0));
  expect([...findConditions([...unlikely, decides]).inline]).toEqual([1, 3, 2]);
  const isChosen = apply(4, "where", register(0), register(1), constant(0));
  expect(findConditions([...unlikely, isChosen]).inline.has(1)).toBe(false);
});

test("neither of two conditions that go either way is said in full", () => {
  const body = [
    apply(1, "less", register(0), constant(1)),
    apply(2, "less", constant(0), register(0)),
    apply(3, "logicalAnd", register(1), register(2)),
  ];
  expect(findConditions(body).inline.size).toBe(0);
});

test("a magnitude is nearly always on one side of a small limit, but not of a large one, nor is a number of either sign", () => {
  const body = [
    apply(1, "abs", register(0)),
    apply(2, "round", register(1)),
    apply(3, "less", register(2), constant(0.01)),
    apply(4, "less", register(2), constant(0.5)),
    apply(5, "less", register(0), constant(0.01)),
  ];
  expect([...findConditions(body).predictable]).toEqual([3]);
});

import { expect, test } from "vitest";
import { nearName, suggestion } from "./near-name.ts";

const names = ["cpu", "interpreter", "onnx", "hand"];

test.for([
  ["ccpu", "cpu"],
  ["CPU", "cpu"],
  ["onx", "onnx"],
  ["interpretre", "interpreter"],
  ["abacus", undefined],
  ["", undefined],
] as const)("%s", ([got, near]) => {
  expect(nearName(got, names)).toBe(near);
  expect(suggestion(got, names)).toBe(near === undefined ? "" : ` Did you mean ${near}?`);
});

test("among no names there is none", () => {
  expect(nearName("cpu", [])).toBeUndefined();
});

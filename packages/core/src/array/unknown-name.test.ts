import { expect, test } from "vitest";
import { nearestName } from "./unknown-name.ts";

const names = ["cpu", "interpreter", "onnx", "hand", "labelCount"];

test.for([
  ["ccpu", "cpu"],
  ["CPU", "cpu"],
  ["onx", "onnx"],
  ["interpretre", "interpreter"],
  ["pcu", "cpu"],
  ["label_count", "labelCount"],
  ["abacus", undefined],
  ["", undefined],
] as const)("%s", ([got, near]) => {
  expect(nearestName(got, names)).toBe(near);
});

test("among no names there is none", () => {
  expect(nearestName("cpu", [])).toBeUndefined();
});

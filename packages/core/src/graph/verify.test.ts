import { expect, test } from "vitest";
import type { DType } from "../array/dtype.ts";
import type { AnyOperation } from "../tensor/operation.ts";
import type { Shape } from "../array/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { placeholder } from "../tensor/operand.ts";
import { verify } from "./verify.ts";

const x = placeholder("x", [2, 3], "float32");

/** A node that no function of this package makes. */
function node(
  operation: string,
  inputs: readonly Tensor[],
  attributes: object,
  shape: Shape = [2],
  dtype: DType = "float32",
): Tensor {
  return new Tensor(operation as AnyOperation, inputs, attributes as never, shape, dtype);
}

test.each([
  [
    "an unknown operation",
    node("frobnicate", [x], {}),
    'every operation must be one that engines run, got "frobnicate"',
  ],
  [
    "an annotation",
    node("stopGradient", [x], {}, [2, 3]),
    'every operation must be one that engines run, got "stopGradient"',
  ],
  ["an operand too few", node("add", [x], {}, [2, 3]), "add must have 2 operands, got 1"],
  ["no operand of a list", node("concat", [], { axis: 0 }), "concat must have at least one operand, got 0"],
  [
    "a missing attribute",
    node("sum", [x], {}),
    "the axes of every node must be valid for its operation, got undefined (sum)",
  ],
  [
    "an attribute of another operation",
    node("exp", [x], { axis: 0 }, [2, 3]),
    "the axis of every node must be valid for its operation, got 0 (exp)",
  ],
  [
    "an attribute that is text",
    node("sum", [x], { axes: ["1"] }),
    'the axes of every node must be valid for its operation, got ["1"] (sum)',
  ],
  [
    "another type",
    node("sum", [x], { axes: [1] }, [3]),
    "a node's type must follow from its operands, got sum f32[3] for f32[2]",
  ],
])("%s is refused", (_, output, message) => {
  expect(() => verify({ inputs: [x], outputs: [output] })).toThrow(`verify: ${message}.`);
});

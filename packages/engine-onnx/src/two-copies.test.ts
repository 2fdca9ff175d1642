/** Can functions be exported that use another copy of core than this package does? */
import { fromBinary } from "@bufbuild/protobuf";
import { Tensor } from "@symloss/core";
import { ModelProtoSchema } from "onnx-buf";
import { expect, test, vi } from "vitest";
import { exportOnnx } from "./export.ts";

vi.resetModules();
const theirs = await import("@symloss/core");
const losses = await import("@symloss/losses");

test("losses and functions of the other copy, with gradients", () => {
  expect(theirs.Tensor).not.toBe(Tensor);
  const row = { shape: ["batch", 3] } as const;
  const loss = exportOnnx(losses.huber as never, {
    inputs: { targets: row, predictions: row },
    gradient: ["predictions"],
  });
  expect(outputsOf(loss)).toEqual(["output", "gradient_predictions"]);
  const inputs = { x: row };
  const tree = exportOnnx(({ x }) => ({ a: theirs.exp(x), b: [theirs.asTensor([1]), x] }), { inputs, gradient: ["x"] });
  expect(outputsOf(tree)).toEqual(["a", "b_0", "b_1", "gradient_x"]);
});

function outputsOf(bytes: Uint8Array): string[] {
  return fromBinary(ModelProtoSchema, bytes).graph!.output.map(({ name }) => name);
}

/** Is a scan one node of a model, whatever its length, and does a model run with a number of rows and of steps that it learns when it runs? */
import { fromBinary } from "@bufbuild/protobuf";
import { type Tensor, compile, ndarray, scan, sum, tanh, valueAndGrad, zeros } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { ModelProtoSchema } from "onnx-buf";
import * as ort from "onnxruntime-web/wasm";
import { beforeAll, expect, test } from "vitest";
import { compareArrays } from "../test/compare.ts";
import { exportOnnx } from "./export.ts";

beforeAll(() => {
  ort.env.wasm.numThreads = 1;
});

/** [time, batch, 2] and [2]: what is left after the last step, from either end. */
function recurrence({ x, w }: { readonly x: Tensor; readonly w: Tensor }): Tensor {
  const start = x.sum(0).mul(0);
  const step = (carry: Tensor, row: Tensor): [Tensor, Tensor] => [tanh(carry.add(row).mul(w)), carry.mul(row)];
  const [forward, products] = scan(step, start, x);
  const [backward] = scan(step, start, products, { reverse: true });
  return sum(forward.add(backward), 1);
}

function modelOf(shape: readonly (number | string)[]): Uint8Array {
  return exportOnnx(recurrence, {
    inputs: { x: { shape }, w: { shape: [2] } },
    outputs: ["loss"],
    gradient: ["x", "w"],
  });
}

function typesIn(bytes: Uint8Array): string[] {
  return fromBinary(ModelProtoSchema, bytes).graph!.node.map(({ opType }) => opType);
}

test("a model has a node for each scan and for the gradient of each, and does not grow with the length", () => {
  const types = typesIn(modelOf([500, 3, 2]));
  expect(types.filter((type) => type === "Scan")).toHaveLength(4);
  expect(typesIn(modelOf([5000, 3, 2]))).toEqual(types);
});

test.each([
  [
    "batch",
    [4, "batch", 2],
    [
      [4, 1],
      [4, 5],
      [4, 0],
    ],
  ],
  [
    "time and batch",
    ["time", "batch", 2],
    [
      [1, 2],
      [3, 1],
      [31, 2],
    ],
  ],
] as const)("a named %s has any length when the model runs", async (_, shape, lengths) => {
  const session = await ort.InferenceSession.create(modelOf(shape), { executionProviders: ["wasm"] });
  const step = compile(
    valueAndGrad((x: Tensor, w: Tensor) => [sum(recurrence({ x, w })), recurrence({ x, w })] as const, {
      wrt: [0, 1],
      auxiliary: true,
    }),
    { engine: await cpu() },
  );
  for (const [time, batch] of lengths) {
    const x = ndarray(
      Float32Array.from({ length: 2 * time * batch }, (_, index) => Math.sin(index + 1)),
      [time, batch, 2],
    );
    const w = ndarray([0.5, -0.75]);
    const [, gradients, loss] = await step(x, w);
    const feeds = {
      x: new ort.Tensor("float32", x.data, x.shape),
      w: new ort.Tensor("float32", w.data, [2]),
    };
    const results = await session.run(feeds);
    const wanted = { loss, gradient_x: gradients[0], gradient_w: gradients[1] };
    for (const [name, want] of Object.entries(wanted)) {
      const { dims, data } = results[name]!;
      expect(compareArrays(name, { shape: dims, data: data as Float32Array }, want)).toEqual([]);
    }
  }
  await session.release();
});

test("a runtime refuses to go along a named time of no step", async () => {
  const session = await ort.InferenceSession.create(modelOf(["time", "batch", 2]), { executionProviders: ["wasm"] });
  const feeds = {
    x: new ort.Tensor("float32", new Float32Array(0), [0, 3, 2]),
    w: new ort.Tensor("float32", [1, 1], [2]),
  };
  await expect(session.run(feeds)).rejects.toThrow("Dimension 0 is 0");
  await session.release();
});

test("a step that takes no slice, and gives what it was given or what it does not change, is run too", async () => {
  const bytes = exportOnnx(
    ({ x }: { readonly x: Tensor }) => {
      const [last, kept] = scan((carry) => [carry.mul(2), { carry, same: carry, outside: x }], x, {}, { length: 3 });
      return { last, ...kept, again: scan(() => [zeros([2])], x, {}, { length: 2 })[0] };
    },
    { inputs: { x: { shape: [2] } } },
  );
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
  const results = await session.run({ x: new ort.Tensor("float32", [1, 2], [2]) });
  const numbers = Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => [name, [...(data as Float32Array)]]),
  );
  expect(numbers).toEqual({
    last: [8, 16],
    carry: [1, 2, 2, 4, 4, 8],
    same: [1, 2, 2, 4, 4, 8],
    outside: [1, 2, 1, 2, 1, 2],
    again: [0, 0],
  });
  await session.release();
});

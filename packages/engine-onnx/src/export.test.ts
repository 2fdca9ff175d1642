/** Is a function exported with the requested names, shapes and documentation, and do errors name what can't be exported? */
import { fromBinary } from "@bufbuild/protobuf";
import { type Tensor, argmax, broadcastTo, concat, erf, ones } from "@symloss/core";
import { accuracy, huber, sparseSoftmaxCrossentropyLogits, vae, vaeGmm } from "@symloss/losses";
import { type ModelProto, ModelProtoSchema } from "onnx-buf";
import { describe, expect, test } from "vitest";
import { exportOnnx } from "./export.ts";

const row = { shape: ["batch", 10] } as const;

function decode(bytes: Uint8Array): ModelProto {
  return fromBinary(ModelProtoSchema, bytes);
}

/** `logits: 1 [batch,10]`, with ONNX's number for the element type. */
function portsOf(model: ModelProto): string[] {
  return [...model.graph!.input, ...model.graph!.output].map(({ name, type }) => {
    const tensor = type!.value.case === "tensorType" ? type!.value.value : undefined;
    return `${name}: ${tensor!.elemType} [${tensor!.shape!.dim.map(({ value }) => String(value.value)).join()}]`;
  });
}

test("a function that computes with the name of a length is refused, not exported with NaN", () => {
  const mean = ({ x }: { readonly x: Tensor }) => x.sum().mul(1 / (x.shape[0] as unknown as number));
  expect(() => exportOnnx(mean, { inputs: { x: row } })).toThrow(
    'exportOnnx: the function must not use the name of a length as a number, got one that computes with "batch".',
  );
});

test.each([
  ["float32", 1],
  ["float64", 0],
] as const)("erf is a node of its own only if ONNX Runtime has one for %s", (dtype, count) => {
  const fn = ({ x }: { readonly x: Tensor }) => erf(x);
  const { node } = decode(exportOnnx(fn, { inputs: { x: { shape: ["batch", 3], dtype } } })).graph!;
  expect(node.filter(({ opType }) => opType === "Erf")).toHaveLength(count);
});

describe("names", () => {
  test("of a loss that is exported as it is", () => {
    const model = decode(exportOnnx(huber, { inputs: { targets: row, predictions: row } }));
    expect(portsOf(model)).toEqual(["targets: 1 [batch,10]", "predictions: 1 [batch,10]", "output: 1 [batch,10]"]);
  });

  test("of an input of int64, which the model casts", () => {
    const fn = ({ x, i }: { readonly x: Tensor; readonly i: Tensor }) => [x.takeAlongAxis(i.expandDims(-1)), i];
    const bytes = exportOnnx(fn, { inputs: { x: row, i: { shape: ["batch"], dtype: "int64" } }, gradient: ["x"] });
    const model = decode(bytes);
    expect(portsOf(model)).toEqual([
      "x: 1 [batch,10]",
      "i: 7 [batch]",
      "0: 1 [batch,1]",
      "1: 6 [batch]",
      "gradient_x: 1 [batch,10]",
    ]);
    expect(model.graph!.node.filter(({ input }) => input.includes("i")).map(({ opType }) => opType)).toEqual(["Cast"]);
    expect(model.docString).toContain("i: i64[batch]. Integers from 0 to 9");
  });

  test("of gradients, of a chosen output, and of another dtype", () => {
    const wide = { shape: ["batch"], dtype: "float64" } as const;
    const bytes = exportOnnx(huber, {
      inputs: { targets: wide, predictions: wide },
      outputs: ["loss"],
      gradient: ["predictions", "targets"],
    });
    expect(portsOf(decode(bytes)).slice(2)).toEqual([
      "loss: 11 [batch]",
      "gradient_predictions: 11 [batch]",
      "gradient_targets: 11 [batch]",
    ]);
  });

  test("of a record and of a list of results", () => {
    const shapes = {
      x: ["n", 2],
      xHat: ["n", 2],
      zMean: ["n", 3],
      zLogVariance: ["n", 3],
      mean: [4, 3],
      logVariance: [4, 3],
      logPi: [4],
    };
    const inputs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape }])) as Record<
      keyof typeof shapes,
      { shape: (string | number)[] }
    >;
    expect(portsOf(decode(exportOnnx(vaeGmm, { inputs }))).slice(7)).toEqual([
      "loss: 1 [n]",
      "expectedLogLikelihood: 1 [n]",
      "responsibilities: 1 [n,4]",
    ]);
    const list = exportOnnx(({ x }) => [x.sum(), [x.exp()]], { inputs: { x: { shape: ["n"] } }, gradient: ["x"] });
    expect(portsOf(decode(list)).slice(1)).toEqual(["0: 1 []", "1_0: 1 [n]", "gradient_x: 1 [n]"]);
  });

  test("never those that nodes within the model have", () => {
    const bytes = exportOnnx(({ add_0, constant_0 }) => add_0.add(1).mul(constant_0).exp(), {
      inputs: { add_0: row, constant_0: row },
      outputs: ["mul_2"],
    });
    const { node, initializer, input } = decode(bytes).graph!;
    const all = [
      ...node.flatMap(({ output }) => output),
      ...initializer.map(({ name }) => name),
      ...input.map(({ name }) => name),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});

describe("documentation", () => {
  test("states the range of class indices and what else must hold", () => {
    const bytes = exportOnnx(sparseSoftmaxCrossentropyLogits, {
      inputs: { labels: { shape: ["batch"], dtype: "int32" }, logits: row },
      gradient: ["logits"],
    });
    const model = decode(bytes);
    expect(model.graph!.input.map(({ docString }) => docString)).toEqual([
      "Integers from 0 to 9; the result for others is unspecified.",
      "",
    ]);
    expect(model.docString).toContain("labels: i32[batch]. Integers from 0 to 9");
    expect(model.docString).toContain("The gradients are those of the sum of output.");
    const variational = exportOnnx(vae, {
      inputs: { x: row, xHat: row, qMean: row, qVariance: row },
      gradient: ["qVariance"],
    });
    expect(decode(variational).graph!.input.at(-1)!.docString).toBe("Above 0.");
  });

  test("carries name and metadata", () => {
    const model = decode(
      exportOnnx(huber, { inputs: { targets: row, predictions: row }, name: "huber", metadata: { delta: "1" } }),
    );
    expect([model.graph!.name, model.metadataProps.map(({ key, value }) => [key, value])]).toEqual([
      "huber",
      [["delta", "1"]],
    ]);
  });
});

describe("nodes", () => {
  test("are no more than the formula has: nothing is repeated that ONNX broadcasts", () => {
    const types = decode(exportOnnx(huber, { inputs: { targets: row, predictions: row } })).graph!.node.map(
      ({ opType }) => opType,
    );
    expect(types).not.toContain("Expand");
    expect(types).not.toContain("Identity");
  });

  test("add a gradient's updates at once to what they belong to", () => {
    const inputs = { labels: { shape: ["batch"], dtype: "int32" }, logits: row } as const;
    const picked = ({ labels, logits }: { readonly labels: Tensor; readonly logits: Tensor }) =>
      logits.logSoftmax().takeAlongAxis(labels.expandDims(-1));
    const bytes = exportOnnx(picked, { inputs, gradient: ["logits"] });
    const { node: nodes } = decode(bytes).graph!;
    const adding = nodes.filter(({ attribute }) => attribute.some(({ name }) => name === "reduction"));
    expect(adding.map(({ opType, output }) => [opType, output])).toEqual([["ScatterElements", ["gradient_logits"]]]);
  });

  test("say which operation they come from", () => {
    const [first] = decode(exportOnnx(({ x }) => x.softplus(), { inputs: { x: row } })).graph!.node;
    expect(first!.name).toMatch(/^softplus_\d+\/Abs$/);
  });
});

describe("what can't be exported is named", () => {
  const inputs = { x: { shape: ["batch", 10] }, i: { shape: ["batch"], dtype: "int32" } } as const;
  type Inputs = { readonly x: Tensor; readonly i: Tensor };

  test.each<[string, (inputs: Inputs) => unknown, object, string, RegExp]>([
    [
      "a gradient of indices",
      ({ x }) => x,
      { gradient: ["i"] },
      "DTypeError",
      /gradient must name inputs of float dtype, got "i"/,
    ],
    [
      "a gradient of nothing",
      ({ x }) => x,
      { gradient: ["z"] },
      "OutOfRangeError",
      /^exportOnnx: gradient must be among x, i, got "z"\.$/,
    ],
    [
      "a gradient twice",
      ({ x }) => x,
      { gradient: ["x", "x"] },
      "OutOfRangeError",
      /gradient must name each input once, got "x" twice\.$/,
    ],
    ["a gradient of integers", ({ i }) => i, { gradient: ["x"] }, "DTypeError", /first result must have a float dtype/],
    ["nothing", () => ({}), {}, "ShapeError", /must return a tensor, got a result without any/],
    ["nothing, with a gradient", () => [], { gradient: ["x"] }, "ShapeError", /must return a tensor, got/],
    ["a promise", async ({ x }) => x, {}, "DTypeError", /a promise/],
    ["a promise, with a gradient", async ({ x }) => x, { gradient: ["x"] }, "ShapeError", /a promise/],
    ["too few names", ({ x }) => [x.sum(), x.exp()], { outputs: ["a"] }, "OutOfRangeError", /each of the 2 results/],
    ["a name twice", ({ x }) => x.exp(), { outputs: ["x"] }, "OutOfRangeError", /"x" twice/],
    [
      "an empty name",
      ({ x }) => x.exp(),
      { outputs: [""] },
      "OutOfRangeError",
      /the name of an output must be a non-empty string/,
    ],
    [
      "a length that no input tells",
      ({ x }) => broadcastTo(x.sum(), ["time"]),
      {},
      "UnsupportedOperationError",
      /"time" in broadcastTo/,
    ],
    ["a joined batch", ({ x }) => concat([x, x], 0), {}, "ShapeError", /numeric length/],
    ["the largest of a whole batch", ({ x }) => argmax(x), {}, "ShapeError", /batch/],
    ["a result that is no tensor", () => "x", {}, "DTypeError", /must return a Tensor/],
    ["scores for indices", ({ x }) => accuracy(x, x), {}, "ShapeError", /accuracy/],
  ])("%s", (_, fn, options, name, message) => {
    let thrown: unknown;
    try {
      exportOnnx(fn, { inputs, ...options });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ name, message: expect.stringMatching(message) as string });
  });

  test("a length that is known makes such a function exportable", () => {
    const bytes = exportOnnx(({ x }) => [concat([x, ones([2, 10])], 0), argmax(x)], {
      inputs: { x: { shape: [3, 10] } },
    });
    expect(portsOf(decode(bytes)).slice(1)).toEqual(["0: 1 [5,10]", "1: 6 []"]);
  });
});

/** Is every name either read back from a file unchanged or rejected with an error that shows it? */
import { fromBinary } from "@bufbuild/protobuf";
import type { Tensor } from "@symloss/core";
import * as ort from "onnxruntime-web/wasm";
import { ModelProtoSchema } from "onnx-buf";
import { describe, expect, test } from "vitest";
import { exportOnnx } from "./export.ts";
import { nameRule } from "./names.ts";

ort.env.wasm.numThreads = 1;

type Tensors = Readonly<Record<string, Tensor>>;

/** Spaces, punctuation, scripts, names of internal nodes, and properties of every JavaScript object. */
const strange = [
  "a,b",
  "c",
  "a",
  "b,c",
  " ",
  "損失",
  "ущерб",
  "😀",
  "a.b[0]",
  "a/b",
  '"',
  "\\",
  "x)",
  "Add(x)",
  "%s",
  "0",
  "10",
  "-1",
  "add_0",
  "mul_1",
  "constant_0",
  "constant_1",
  "output_0/Identity",
  "tanh_2_branch",
  "constructor",
  "__proto__",
  "toString",
  "long ".repeat(2000),
];

const impossible = ["", "\0", "a\0b", "\n", "\u007f", "\u0085", "\ud800", "a\udc00b"];

/** A record with these keys, whatever they are, as its own properties. */
function record<Value>(names: readonly string[], value: (name: string, index: number) => Value): Record<string, Value> {
  return Object.fromEntries(names.map((name, index) => [name, value(name, index)]));
}

function namesIn(bytes: Uint8Array) {
  const { graph, metadataProps } = fromBinary(ModelProtoSchema, bytes);
  const dimensions = graph!.input.flatMap(({ type }) =>
    type!.value.case === "tensorType" ? type!.value.value.shape!.dim.map(({ value }) => value.value) : [],
  );
  return {
    model: graph!.name,
    inputs: graph!.input.map(({ name }) => name),
    outputs: graph!.output.map(({ name }) => name),
    dimensions,
    metadata: Object.fromEntries(metadataProps.map(({ key, value }) => [key, value])),
  };
}

describe("what is possible", () => {
  test("inputs, results, gradients and dimensions come back, and are told apart when the model runs", async () => {
    const inputs = record(strange, (name) => ({ shape: [name] }));
    const names = Object.keys(inputs);
    // Each result is its input times a different number.
    const bytes = exportOnnx(
      (given: Tensors) => ({
        total: names.map((name, index) => given[name]!.mul(index + 2).sum()).reduce((left, right) => left.add(right)),
        ...record(
          names.map((name) => `y ${name}`),
          (_, index) => given[names[index]!]!.tanh().add(given[names[index]!]!.mul(index + 2)),
        ),
      }),
      { inputs, gradient: names },
    );
    const outputs = ["total", ...names.map((name) => `y ${name}`), ...names.map((name) => `gradient_${name}`)];
    expect(namesIn(bytes)).toMatchObject({ inputs: names, outputs, dimensions: names });
    const session = await ort.InferenceSession.create(bytes, {
      executionProviders: ["wasm"],
      graphOptimizationLevel: "disabled",
    });
    const results = await session.run(record(names, (_, index) => new ort.Tensor("float32", [index, 1], [2])));
    for (const [index, name] of names.entries()) {
      const [first, second] = results[`y ${name}`]!.data as Float32Array;
      expect(first).toBeCloseTo(Math.tanh(index) + index * (index + 2), 4);
      expect(second).toBeCloseTo(Math.tanh(1) + index + 2, 4);
      expect([...(results[`gradient_${name}`]!.data as Float32Array)]).toEqual([index + 2, index + 2]);
    }
    await session.release();
  });

  test("the model, chosen outputs and metadata", () => {
    const outputs = strange.map((name) => `result ${name}`);
    const bytes = exportOnnx(({ x }) => strange.map((_, index) => x.mul(index + 2)), {
      inputs: { x: { shape: [2] } },
      outputs,
      name: "損失 of a, b",
      metadata: { ...record(strange, (name) => `${name}\n\t${name}`), empty: "" },
    });
    const { model, outputs: got, metadata } = namesIn(bytes);
    expect([model, got]).toEqual(["損失 of a, b", outputs]);
    expect(metadata).toEqual({ ...record(strange, (name) => `${name}\n\t${name}`), empty: "" });
  });

  test("keys of nested results are joined", () => {
    const bytes = exportOnnx(({ x }) => ({ 損失: x, "a b": [x, { c: x }], "": { d: x } }), {
      inputs: { x: { shape: [2] } },
    });
    expect(namesIn(bytes).outputs).toEqual(["損失", "a b_0", "a b_1_c", "_d"]);
  });
});

describe("what is not possible is refused by name", () => {
  const inputs = { x: { shape: [2] } } as const;
  const one = ({ x }: { readonly x: Tensor }): Tensor => x;

  describe.each(impossible.map((name) => [JSON.stringify(name), name] as const))("%s", (printed, name) => {
    test.each<[string, () => unknown, string]>([
      [
        "an input",
        () => exportOnnx((given: Tensors) => given[name]!, { inputs: record([name], () => ({ shape: [2] })) }),
        "the name of an input",
      ],
      ["an output", () => exportOnnx(one, { inputs, outputs: [name] }), "the name of an output"],
      [
        "the key of a result",
        () => exportOnnx(({ x }) => record([name], () => x), { inputs }),
        "the name of an output",
      ],
      ["the model", () => exportOnnx(one, { inputs, name }), "name must be"],
      ["a key of metadata", () => exportOnnx(one, { inputs, metadata: record([name], () => "") }), "metadata must be"],
    ])("%s", (_, run, words) => {
      const message = expect.stringContaining(`exportOnnx: ${words}`) as string;
      expect(thrownBy(run)).toMatchObject({ name: "OutOfRangeError", message });
    });

    test("a dimension", () => {
      const error = thrownBy(() => exportOnnx(one, { inputs: { x: { shape: [name] } } }));
      // An empty name is not a dimension.
      const [kind, words] =
        name === ""
          ? ["ShapeError", 'input "x": shape must be']
          : ["OutOfRangeError", `the name of a dimension must be ${nameRule}, got ${printed}`];
      expect(error).toMatchObject({ name: kind, message: expect.stringContaining(words) as string });
    });
  });

  test.each<[string, () => unknown, string]>([
    ["of an input and an output", () => exportOnnx(({ x }) => ({ x: x.exp() }), { inputs }), '"x"'],
    [
      "of a result and a gradient",
      () => exportOnnx(({ x }) => ({ gradient_x: x }), { inputs, gradient: ["x"] }),
      '"gradient_x"',
    ],
    [
      "of an input and a gradient",
      () => exportOnnx(({ x }) => x, { inputs: { ...inputs, gradient_x: { shape: [2] } }, gradient: ["x"] }),
      '"gradient_x"',
    ],
    ["of two outputs", () => exportOnnx(({ x }) => [x, x.exp()], { inputs, outputs: ["y", "y"] }), '"y"'],
    ["of two results", () => exportOnnx(({ x }) => ({ a_b: x, a: { b: x } }), { inputs }), '"a_b"'],
  ])("the same name %s", (_, run, name) => {
    const message = expect.stringContaining(
      `exportOnnx: inputs and outputs must have different names, got ${name} twice`,
    ) as string;
    expect(thrownBy(run)).toMatchObject({ name: "OutOfRangeError", message });
  });
});

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

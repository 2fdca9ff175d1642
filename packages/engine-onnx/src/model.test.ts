/** Does an independent reader of ONNX find in the bytes what the model contains? */
import { fromBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { ModelProtoSchema } from "onnx-buf";
import { describe, expect, test } from "vitest";
import { type Model, encodeModel } from "./model.ts";
import { createWriter } from "./writer.ts";

const name = fc.string({ minLength: 1, maxLength: 12 });
const int64 = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });

const node = fc.record({
  type: name,
  name,
  inputs: fc.array(name, { maxLength: 3 }),
  outputs: fc.array(name, { minLength: 1, maxLength: 2 }),
  attributes: fc.dictionary(name, fc.oneof(int64, fc.string(), fc.array(int64)), { maxKeys: 3 }),
});

const value = fc.record({
  name,
  type: fc.constantFrom("float32" as const, "float64" as const, "int32" as const, "bool" as const, "int64" as const),
  shape: fc.array(fc.oneof(fc.nat(), name), { maxLength: 4 }),
});

const models: fc.Arbitrary<Model> = fc.record({
  name,
  documentation: fc.string({ minLength: 1 }),
  metadata: fc.dictionary(name, fc.string(), { maxKeys: 2 }),
  nodes: fc.array(node, { maxLength: 4 }),
  constants: fc.array(
    fc.record({
      name,
      type: fc.constant("float32" as const),
      shape: fc.array(fc.nat(9)),
      data: fc.uint8Array({ maxLength: 300 }),
    }),
    { maxLength: 3 },
  ),
  inputs: fc.array(value, { maxLength: 3 }),
  outputs: fc.array(value, { maxLength: 3 }),
});

test("every field comes back", () => {
  fc.assert(
    fc.property(models, (model) => {
      const { graph, ...proto } = fromBinary(ModelProtoSchema, encodeModel(model));
      expect(proto.irVersion).toBe(8n);
      expect(proto.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([["", 17n]]);
      expect(proto.docString).toBe(model.documentation);
      expect(Object.fromEntries(proto.metadataProps.map((entry) => [entry.key, entry.value]))).toEqual({
        ...model.metadata,
      });
      expect(graph!.name).toBe(model.name);
      expect(graph!.node.map(({ opType, name: title, input, output }) => [opType, title, input, output])).toEqual(
        model.nodes.map(({ type, name: title, inputs, outputs }) => [type, title, inputs, outputs]),
      );
      expect(
        graph!.node.map(({ attribute }) => attribute.map((one) => [one.name, one.i, [...one.s], one.ints])),
      ).toEqual(
        model.nodes.map(({ attributes }) =>
          Object.entries(attributes).map(([key, held]) => [
            key,
            typeof held === "number" ? BigInt(held) : 0n,
            typeof held === "string" ? [...new TextEncoder().encode(held)] : [],
            Array.isArray(held) ? (held as number[]).map(BigInt) : [],
          ]),
        ),
      );
      expect(graph!.initializer.map(({ dims, rawData }) => [dims, [...rawData]])).toEqual(
        model.constants.map(({ shape, data }) => [shape.map(BigInt), [...data]]),
      );
      for (const [index, { name: title, type }] of [...graph!.input, ...graph!.output].entries()) {
        const wanted = [...model.inputs, ...model.outputs][index]!;
        const tensor = type!.value.case === "tensorType" ? type!.value.value : undefined;
        expect(title).toBe(wanted.name);
        expect(tensor!.elemType).toBe({ float32: 1, float64: 11, int32: 6, bool: 9, int64: 7, uint8: 2 }[wanted.type]);
        expect(tensor!.shape!.dim.map(({ value: dimension }) => dimension.value)).toEqual(
          wanted.shape.map((length) => (typeof length === "number" ? BigInt(length) : length)),
        );
      }
    }),
    { numRuns: 200 },
  );
});

test("of a branch, nodes and output come back", () => {
  const branch = {
    inputs: [],
    nodes: [{ type: "Neg", name: "neg", inputs: ["x"], outputs: ["y"], attributes: {} }],
    outputs: [{ name: "y", type: "float32" as const, shape: [2] }],
  };
  const bytes = encodeModel({
    name: "branch",
    nodes: [
      {
        type: "If",
        name: "if",
        inputs: ["c"],
        outputs: ["z"],
        attributes: { then_branch: branch, else_branch: branch },
      },
    ],
    constants: [],
    inputs: [],
    outputs: [],
  });
  const [conditional] = fromBinary(ModelProtoSchema, bytes).graph!.node;
  expect(conditional!.attribute.map((one) => [one.name, one.g!.node[0]!.opType, one.g!.output[0]!.name])).toEqual([
    ["then_branch", "Neg", "y"],
    ["else_branch", "Neg", "y"],
  ]);
});

describe("what can't be written as it is, is refused", () => {
  const port = { name: "x", type: "float32" as const, shape: [2] };
  const model: Model = { name: "m", nodes: [], constants: [], inputs: [port], outputs: [] };
  const node = { type: "Neg", name: "n", inputs: ["x"], outputs: ["y"] };
  const constant = { name: "c", type: "float32" as const, data: new Uint8Array(4) };

  test.each<[string, object, RegExp]>([
    ["a fraction", { nodes: [{ ...node, attributes: { axis: 0.5 } }] }, /number must be a safe integer, got 0.5/],
    [
      "NaN in a list",
      { nodes: [{ ...node, attributes: { axes: [1, NaN] } }] },
      /number must be a safe integer, got NaN/,
    ],
    [
      "a text as a length",
      { constants: [{ ...constant, shape: ["5"] }] },
      /length must not be negative|must be a safe integer/,
    ],
    ["a negative length", { inputs: [{ ...port, shape: [-1] }] }, /length must not be negative, got -1/],
    ["an infinite length", { inputs: [{ ...port, shape: [Infinity] }] }, /number must be a safe integer, got Infinity/],
    ["a number as a name", { inputs: [{ ...port, name: 5 }] }, /text must be a string .*, got 5/],
    ["half of a surrogate pair", { name: "\ud800" }, /text must be a string .*, got "\\ud800"/],
    ["the other half, in metadata", { metadata: { key: "a\udc00" } }, /text must be a string/],
  ])("%s", (_, changed, message) => {
    expect(() => encodeModel({ ...model, ...changed })).toThrow(message);
  });

  test("elements that are too few, and lengths that are no integers", () => {
    const writer = createWriter({ float64: true, reserved: [], dimensions: new Map() });
    expect(() => writer.constant("float32", [3], [1, 2])).toThrow(/must have 3 elements, got 2/);
    expect(() => writer.integers(["5" as never])).toThrow(/must be an integer, got "5"/);
    expect(() => writer.integers([2 ** 60])).toThrow(/must be an integer/);
  });
});

/** What is the best ONNX model of each workload, written by hand, with the same meaning: sums in float64, and NaN that is not lost? */
import { create, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType as Kind,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  TensorProto_DataType as Type,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "onnx-buf";
import type { WorkloadInput } from "../measure/workload.ts";

/** The models of a workload, by what is special about them; inputs are called `input_0`, outputs `output_0`, and so on. */
export function handModels(
  name: string,
  inputs: readonly WorkloadInput[],
  outputs: readonly (readonly number[])[],
): Record<string, Uint8Array> {
  const write = writers[name];
  return Object.fromEntries(
    Object.entries(write ?? {}).map(([variant, fill]) => [variant, build(fill, inputs, outputs)]),
  );
}

/** Takes nodes; each gives the name of its first result, or the one that is asked for. */
interface Model {
  node(
    type: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, number | string | readonly number[]>>,
    ...outputs: string[]
  ): string;
  float(value: number, shape?: readonly number[]): string;
  ints(...values: number[]): string;
  /** The lengths of an input. */
  readonly shapes: readonly (readonly number[])[];
  /** The sum in float64, over the last axis or all, as float32. */
  sum(x: string, axis?: number, output?: string): string;
  /** Each row sorted along the last axis. */
  sort(x: string, output?: string): string;
}

const [a, b, c, d] = ["input_0", "input_1", "input_2", "input_3"] as const;
/** One by the number of rows. */
function share({ shapes }: Model): number {
  return 1 / shapes[0]![0]!;
}

function huber(m: Model, output?: string): string {
  const distance = m.node("Abs", [m.node("Sub", [b, a])]);
  const near = m.node("Min", [distance, m.float(1)]);
  const half = m.node("Mul", [near, m.float(0.5)]);
  return m.node("Mul", [near, m.node("Sub", [distance, half])], {}, ...(output === undefined ? [] : [output]));
}

function scaled(m: Model, x: string, factor: number, output: string): string {
  return m.node("Mul", [m.sum(x), m.float(factor)], {}, output);
}

function pickedLogits(m: Model): { logits: string; picked: string; labels: string } {
  const logits = m.node("LogSoftmax", [b], { axis: 1 });
  const labels = m.node("Unsqueeze", [a, m.ints(1)]);
  return { logits, labels, picked: m.node("GatherElements", [logits, labels], { axis: 1 }) };
}

function crossEntropyGradient(m: Model, powers: (m: Model, logits: string) => string): void {
  const { logits, labels, picked } = pickedLogits(m);
  scaled(m, picked, -share(m), "output_0");
  const shares = m.node("Mul", [powers(m, logits), m.float(share(m))]);
  const updates = m.node("Expand", [m.float(-share(m)), m.ints(m.shapes[0]![0]!, 1)]);
  m.node("ScatterElements", [shares, labels, updates], { axis: 1, reduction: "add" }, "output_1");
}

function accuracy(m: Model, winners: (m: Model) => string): void {
  const hits = m.node("Equal", [m.node("Cast", [winners(m)], { to: Type.INT32 }), a]);
  scaled(m, m.node("Cast", [hits], { to: Type.FLOAT }), share(m), "output_0");
}

const writers: Readonly<Record<string, Readonly<Record<string, (m: Model) => void>>>> = {
  W1: { plain: (m) => void huber(m, "output_0") },
  W2: { plain: (m) => void scaled(m, huber(m), share(m), "output_0") },
  // What a call costs: the same of few elements.
  W9: { plain: (m) => void scaled(m, huber(m), share(m), "output_0") },
  W3: {
    plain: (m) => {
      const { picked } = pickedLogits(m);
      m.node("Neg", [m.node("Squeeze", [picked, m.ints(1)])], {}, "output_0");
    },
  },
  W4: {
    exp: (m) => crossEntropyGradient(m, (_, logits) => m.node("Exp", [logits])),
    softmax: (m) => crossEntropyGradient(m, () => m.node("Softmax", [b], { axis: 1 })),
  },
  W5: {
    // Its tails are wrong below -17, and so is 0 times infinity.
    "native, wrong in the tails": (m) => {
      const each = m.node("Sub", [m.node("Softplus", [b]), m.node("Mul", [b, a])]);
      scaled(m, each, share(m), "output_0");
      m.node("Mul", [m.node("Sub", [m.node("Sigmoid", [b]), a]), m.float(share(m))], {}, "output_1");
    },
  },
  W6: {
    plain: (m) => {
      const error = m.node("Sub", [b, a]);
      const powers = m.node("Exp", [d]);
      const first = m.node("Add", [powers, m.node("Mul", [c, c])]);
      const divergence = m.sum(m.node("Sub", [m.node("Sub", [first, m.float(1)]), d]), 1);
      const total = m.node("Add", [m.sum(m.node("Mul", [error, error]), 1), divergence]);
      scaled(m, total, 0.5 * share(m), "output_0");
      m.node("Mul", [error, m.float(share(m))], {}, "output_1");
      m.node("Mul", [c, m.float(share(m))], {}, "output_2");
      m.node("Mul", [m.node("Sub", [powers, m.float(1)]), m.float(0.5 * share(m))], {}, "output_3");
    },
  },
  W7: {
    plain: (m) => {
      const inverse = m.node("Exp", [m.node("Neg", [c])]);
      const apart = m.node("Sub", [m.node("Unsqueeze", [a, m.ints(1)]), b]);
      const distance = m.node("Mul", [m.node("Mul", [apart, apart]), inverse]);
      const terms = m.node("Add", [m.node("Add", [c, m.float(Math.log(2 * Math.PI))]), distance]);
      const density = m.node("Mul", [m.sum(terms, 2), m.float(-0.5)]);
      const scores = m.node("Add", [density, d]);
      const gamma = m.node("Softmax", [scores], { axis: 1 }, "output_0");
      const logs = m.node("LogSoftmax", [scores], { axis: 1 });
      const entropy = m.node("Neg", [m.sum(m.node("Mul", [gamma, logs]), 1)], {}, "output_1");
      const expected = m.sum(m.node("Mul", [gamma, density]), 1, "output_2");
      scaled(m, m.node("Add", [entropy, expected]), share(m), "output_3");
    },
  },
  W8: {
    "that loses NaN": (m) => accuracy(m, () => m.node("ArgMax", [b], { axis: 1, keepdims: 0 })),
    // The first NaN of a row is the largest of what is 1 where NaN is.
    plain: (m) =>
      accuracy(m, () => {
        const isNaN = m.node("Cast", [m.node("Not", [m.node("Equal", [b, b])])], { to: Type.UINT8 });
        const any = m.node("Cast", [m.node("ReduceMax", [isNaN], { axes: [1], keepdims: 0 })], { to: Type.BOOL });
        const [first, largest] = [isNaN, b].map((x) => m.node("ArgMax", [x], { axis: 1, keepdims: 0 }));
        return m.node("Where", [any, first!, largest!]);
      }),
  },
  W10: {
    plain: (m) => {
      const variance = (x: string): string => {
        const centered = m.node("Sub", [x, m.node("Mul", [m.sum(x), m.float(share(m))])]);
        return m.sum(m.node("Mul", [centered, centered]));
      };
      const ratio = m.node("Div", [variance(m.node("Sub", [a, b])), variance(a)]);
      m.node("Sub", [m.float(1), ratio], {}, "output_0");
    },
  },
  D1: {
    plain: (m) => {
      const product = m.node("MatMul", ["input_0", "input_1"]);
      m.node("Relu", [m.node("Add", [product, "input_2"])], {}, "output_0");
    },
  },
  S2: { plain: (m) => void m.sort(a, "output_0") },
  S3: { plain: (m) => void m.sort(a, "output_0") },
};

function build(
  fill: (m: Model) => void,
  inputs: readonly WorkloadInput[],
  outputs: readonly (readonly number[])[],
): Uint8Array {
  const nodes: NodeProto[] = [];
  const constants: TensorProto[] = [];
  const keep = (type: Type, shape: readonly number[], data: { readonly buffer: ArrayBufferLike }): string => {
    const name = `constant_${constants.length}`;
    const rawData = new Uint8Array(data.buffer as ArrayBuffer);
    constants.push(create(TensorProtoSchema, { name, dataType: type, dims: shape.map(BigInt), rawData }));
    return name;
  };
  const model: Model = {
    shapes: inputs.map(({ shape }) => shape),
    node(opType, input, attributes = {}, output = `value_${nodes.length}`, ...others) {
      const attribute = Object.entries(attributes).map(([name, value]) => ({
        name,
        ...(typeof value === "number" ? { type: Kind.INT, i: BigInt(value) } : {}),
        ...(typeof value === "string" ? { type: Kind.STRING, s: new TextEncoder().encode(value) } : {}),
        ...(Array.isArray(value) ? { type: Kind.INTS, ints: (value as number[]).map(BigInt) } : {}),
      }));
      nodes.push(create(NodeProtoSchema, { opType, input: [...input], output: [output, ...others], attribute }));
      return output;
    },
    float: (value, shape = []) => keep(Type.FLOAT, shape, Float32Array.of(value)),
    ints: (...values) => keep(Type.INT64, [values.length], BigInt64Array.from(values, BigInt)),
    sum(x, axis, output) {
      const wide = model.node("Cast", [x], { to: Type.DOUBLE });
      const total = model.node("ReduceSum", axis === undefined ? [wide] : [wide, model.ints(axis)], { keepdims: 0 });
      return model.node("Cast", [total], { to: Type.FLOAT }, ...(output === undefined ? [] : [output]));
    },
    sort(x, output = `value_${nodes.length}`) {
      const length = model.shapes[0]!.at(-1)!;
      const attributes = { axis: model.shapes[0]!.length - 1, largest: 0, sorted: 1 };
      return model.node("TopK", [x, model.ints(length)], attributes, output, `${output}_indices`);
    },
  };
  fill(model);
  const graph = {
    name: "by_hand",
    node: nodes,
    initializer: constants,
    input: inputs.map(({ data, shape }, index) =>
      port(`input_${index}`, data instanceof Int32Array ? Type.INT32 : Type.FLOAT, shape),
    ),
    output: outputs.map((shape, index) => port(`output_${index}`, Type.FLOAT, shape)),
  };
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, { irVersion: 8n, opsetImport: [{ version: 17n }], graph }),
  );
}

function port(name: string, elemType: Type, shape: readonly number[]): ValueInfoProto {
  const dim = shape.map((length) => ({ value: { case: "dimValue" as const, value: BigInt(length) } }));
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: "tensorType", value: { elemType, shape: { dim } } } },
  });
}

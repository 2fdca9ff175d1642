/** What is an ONNX model, and how is it encoded? In opset 17 and IR version 8, which runtimes from 2023 on can read. */
import { type DType, type Dimension, EngineError, type Shape } from "@symloss/core/engine";
import { bytes, integer, join, message, text } from "./protobuf.ts";

/** The ONNX element types that our models use. */
export type ElementType = DType | "int64" | "uint8";

/** ONNX's numbers for the element types. */
export const elementTypes: Readonly<Record<ElementType, number>> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};

/** The value of a node's attribute; a number is an integer. */
export type AttributeValue = number | string | readonly number[] | Subgraph;

/** An ONNX operation on named values. */
export interface Node {
  readonly type: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** A branch or a body: nodes, which may use every value of the enclosing graph, what they are given in addition, and their outputs. */
export interface Subgraph {
  readonly inputs: readonly ValueInfo[];
  readonly nodes: readonly Node[];
  readonly outputs: readonly ValueInfo[];
}

/** A constant and its little-endian bytes. */
export interface Constant {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** An input or output. */
export interface ValueInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
  readonly documentation?: string;
}

/** Everything in a model. */
export interface Model {
  readonly name: string;
  readonly documentation?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly nodes: readonly Node[];
  readonly constants: readonly Constant[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

/** The version of the operator set. */
const opset = 17;
/** The version of the file format. */
const irVersion = 8;

/** The bytes of a .onnx file; equal models give equal bytes. */
export function encodeModel(model: Model): Uint8Array {
  return join([
    integer(1, irVersion),
    text(2, "symloss"),
    ...documentation(6, model.documentation),
    message(7, [
      ...model.nodes.map((node) => message(1, nodeFields(node))),
      text(2, model.name),
      ...model.constants.map((constant) => message(5, constantFields(constant))),
      ...model.inputs.map((input) => message(11, valueFields(input))),
      ...model.outputs.map((output) => message(12, valueFields(output))),
    ]),
    message(8, [text(1, ""), integer(2, opset)]),
    ...Object.entries(model.metadata ?? {}).map(([key, value]) => message(14, [text(1, key), text(2, value)])),
  ]);
}

function nodeFields({ type, name, inputs, outputs, attributes }: Node): Uint8Array[] {
  return [
    ...inputs.map((input) => text(1, input)),
    ...outputs.map((output) => text(2, output)),
    text(3, name),
    text(4, type),
    ...Object.entries(attributes).map(([key, value]) => message(5, [text(1, key), ...attributeFields(value)])),
  ];
}

/** ONNX's numbers for the types of attributes. */
const attributeTypes = { int: 2, string: 3, graph: 5, ints: 7 };

function attributeFields(value: AttributeValue): Uint8Array[] {
  if (typeof value === "number") return [integer(3, value), integer(20, attributeTypes.int)];
  if (typeof value === "string") return [text(4, value), integer(20, attributeTypes.string)];
  if ("nodes" in value) return [message(6, subgraphFields(value)), integer(20, attributeTypes.graph)];
  return [...value.map((item) => integer(8, item)), integer(20, attributeTypes.ints)];
}

function subgraphFields({ inputs, nodes, outputs }: Subgraph): Uint8Array[] {
  return [
    ...nodes.map((node) => message(1, nodeFields(node))),
    text(2, `${outputs[0]!.name}_branch`),
    ...inputs.map((input) => message(11, valueFields(input))),
    ...outputs.map((output) => message(12, valueFields(output))),
  ];
}

function constantFields({ name, type, shape, data }: Constant): Uint8Array[] {
  return [
    ...shape.map((length) => integer(1, requireLength(length))),
    integer(2, elementTypes[type]),
    text(8, name),
    bytes(9, data),
  ];
}

function valueFields({ name, type, shape, documentation: description }: ValueInfo): Uint8Array[] {
  const dimensions = shape.map((dimension) => message(1, [dimensionField(dimension)]));
  return [
    text(1, name),
    message(2, [message(1, [integer(1, elementTypes[type]), message(2, dimensions)])]),
    ...documentation(3, description),
  ];
}

function dimensionField(dimension: Dimension): Uint8Array {
  return typeof dimension === "number" ? integer(1, requireLength(dimension)) : text(2, dimension);
}

function requireLength(length: number): number {
  if (length >= 0) return length;
  throw new EngineError(`encode: a length must not be negative, got ${length}.`);
}

function documentation(field: number, value: string | undefined): Uint8Array[] {
  return value === undefined ? [] : [text(field, value)];
}

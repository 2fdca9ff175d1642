/** How is the list of nodes of a model built, with unique names, no duplicates, constants and run-time shapes? */
import {
  type Dimension,
  EngineError,
  type Shape,
  allocate,
  isConcrete,
  print,
  sameShape,
  sizeOf,
} from "@symloss/core/engine";
import {
  type AttributeValue,
  type Constant,
  type ElementType,
  type Node,
  type Subgraph,
  type ValueInfo,
  elementTypes,
} from "./model.ts";

/**
 * The value in the model that represents a tensor. Its shape may be smaller than the tensor's and broadcast to it: ONNX's elementwise
 * operations broadcast by themselves, so a value is expanded only if necessary.
 */
export interface ModelValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
  /** Set if the value is zeros with at most one update added at each place: the updates can then be added to another value directly. */
  readonly updates?: Updates;
}

/** The values that are added, and their indices along the axis. */
export interface Updates {
  readonly indices: string;
  readonly values: string;
  readonly axis: number;
}

/** Where the length of a named dimension can be read when the model runs. */
export interface DimensionSource {
  readonly input: string;
  readonly axis: number;
}

/** The options of a writer. */
export interface WriterOptions {
  /** Whether the runtime supports float64; if not, long sums are computed in blocks. */
  readonly float64: boolean;
  /** The names of inputs and outputs. */
  readonly reserved: Iterable<string>;
  readonly dimensions: ReadonlyMap<string, DimensionSource>;
}

/** Collects nodes and constants. */
export interface Writer {
  readonly float64: boolean;
  readonly nodes: readonly Node[];
  readonly constants: readonly Constant[];
  /** Names the following nodes after this operation, so that a runtime's messages say where they come from. */
  begin(operation: string): void;
  /** Adds a node, unless an equal one exists, and returns the name of its result: the first, or the one with this number. */
  node(
    type: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, AttributeValue>>,
    result?: number,
  ): string;
  /** Adds a node with so many results, and returns their names. */
  nodeOf(
    results: number,
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>>,
  ): readonly string[];
  /** The name of a constant with these elements. */
  constant(type: ElementType, shape: readonly number[], elements: ArrayLike<number>): string;
  /** The name of a scalar. */
  scalar(type: ElementType, value: number): string;
  /** The name of an int64 vector, the form in which ONNX takes shapes and axes. */
  integers(values: readonly number[]): string;
  /** The name of an int64 vector that holds the shape when the model runs. */
  shape(shape: Shape): string;
  /** The value expanded to this shape. */
  full(value: ModelValue, shape: Shape): string;
  /** The value converted to another type. */
  cast(name: string, type: ElementType): string;
  /** A branch with the nodes that `build` writes. */
  branch(type: ElementType, shape: Shape, build: (inner: Writer) => string): Subgraph;
  /** A body with the nodes that `build` writes, which is given values of these types; each of its outputs is the result of a node of its own. */
  body(
    inputs: readonly ValueType[],
    build: (inner: Writer, given: readonly ModelValue[]) => readonly ModelValue[],
  ): Subgraph;
}

/** The type of a value. */
type ValueType = Pick<ModelValue, "type" | "shape">;

/** A writer with an empty model. */
export function createWriter({ float64, reserved, dimensions }: WriterOptions): Writer {
  const taken = new Set(reserved);
  const constants: Constant[] = [];
  const constantNames = new Map<string, string>();
  let operation = "";
  let count = 0;

  const fresh = (stem: string): string => {
    let name: string;
    do name = `${stem}_${count++}`;
    while (taken.has(name));
    taken.add(name);
    return name;
  };

  const constant = (type: ElementType, shape: readonly number[], elements: ArrayLike<number>): string => {
    if (elements.length !== sizeOf(shape)) {
      throw new EngineError(`translate: a constant must have ${sizeOf(shape)} elements, got ${elements.length}.`);
    }
    const data = bytesOf(type, elements);
    const key = data.length <= 1024 ? `${type}[${shape.join()}]${data.join()}` : undefined;
    const known = key === undefined ? undefined : constantNames.get(key);
    if (known !== undefined) return known;
    const name = fresh("constant");
    constants.push({ name, type, shape, data });
    if (key !== undefined) constantNames.set(key, name);
    return name;
  };

  const dimension = (writer: Writer, length: Dimension): string => {
    if (typeof length === "number") return writer.integers([length]);
    const { input, axis } = dimensions.get(length)!;
    return writer.node("Shape", [input], { start: axis, end: axis + 1 });
  };

  const writerOf = (nodes: Node[], find: (key: string) => string | undefined): Writer => {
    const made = new Map<string, string>();
    const known = (key: string): string | undefined => made.get(key) ?? find(key);
    const writer: Writer = {
      float64,
      nodes,
      constants,
      begin(name) {
        operation = name;
      },
      node(type, inputs, attributes = {}, result = 0) {
        const key = JSON.stringify([type, inputs, attributes, result]);
        const same = known(key);
        if (same !== undefined) return same;
        const output = fresh(operation);
        const outputs = [...Array.from({ length: result }, () => fresh(operation)), output];
        nodes.push({ type, name: `${output}/${type}`, inputs, outputs, attributes });
        made.set(key, output);
        return output;
      },
      nodeOf(results, type, inputs, attributes) {
        const outputs = Array.from({ length: results }, () => fresh(operation));
        nodes.push({ type, name: `${outputs[0]!}/${type}`, inputs, outputs, attributes });
        return outputs;
      },
      constant,
      scalar: (type, value) => constant(type, [], [value]),
      integers: (values) => constant("int64", [values.length], values),
      shape(shape) {
        return isConcrete(shape)
          ? writer.integers(shape)
          : writer.node(
              "Concat",
              shape.map((length) => dimension(writer, length)),
              { axis: 0 },
            );
      },
      full(value, shape) {
        return sameShape(value.shape, shape) ? value.name : writer.node("Expand", [value.name, writer.shape(shape)]);
      },
      cast: (name, type) => writer.node("Cast", [name], { to: elementTypes[type] }),
      branch(type, shape, build) {
        const inner: Node[] = [];
        const name = build(writerOf(inner, known));
        return { inputs: [], nodes: inner, outputs: [{ name, type, shape }] };
      },
      body(types, build) {
        const inner: Node[] = [];
        const within = writerOf(inner, known);
        const inputs = types.map(({ type, shape }): ModelValue => ({ name: fresh("given"), type, shape }));
        const results = build(within, inputs);
        // What comes from outside, or twice, is no output that runtimes accept.
        const outputs = results.map(({ name, type, shape }): ValueInfo => {
          const [copy] = within.nodeOf(1, "Identity", [name], {});
          return { name: copy!, type, shape };
        });
        return { inputs, nodes: inner, outputs };
      },
    };
    return writer;
  };
  return writerOf([], () => undefined);
}

function bytesOf(type: ElementType, elements: ArrayLike<number>): Uint8Array {
  const array = arrayOf(type, elements);
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function arrayOf(type: ElementType, elements: ArrayLike<number>): BigInt64Array | ReturnType<typeof allocate> {
  if (type === "int64") return BigInt64Array.from(Array.from(elements, (value) => BigInt(requireInteger(value))));
  const array = allocate(type === "uint8" ? "bool" : type, elements.length);
  array.set(elements);
  return array;
}

/** `BigInt` would also accept strings. */
function requireInteger(value: number): number {
  if (Number.isSafeInteger(value)) return value;
  throw new EngineError(`translate: a length or an axis must be an integer, got ${print(value)}.`);
}

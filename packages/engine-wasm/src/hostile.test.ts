/** Can hostile indices, or graphs made by hand, reach what lies beside their arrays? All arrays of an engine share one memory. */
import {
  type Tensor,
  asTensor,
  cast,
  compile,
  grad,
  matmul,
  mul,
  ndarray,
  oneHot,
  segmentSum,
  stack,
  sum,
  takeAlongAxis,
  valueAndGrad,
} from "@symloss/core";
import {
  type DType,
  type Graph,
  type Lengths,
  type NDArray,
  type Operation,
  ShapeError,
  Tensor as Node,
  type TypedArray,
  allocate,
  prepare,
  sizeOf,
  traceGraph,
  withLengths,
} from "@symloss/core/engine";
import { cpu } from "@symloss/engine-cpu";
import { sparseSoftmaxCrossentropyLogits } from "@symloss/losses";
import { describe, expect, test, vi } from "vitest";
import { separate } from "./assembler/arithmetic.ts";
import { compileGraph } from "./codegen/generate.ts";
import type { Place } from "./codegen/program.ts";
import { wasm } from "./index.ts";
import { Heap } from "./memory/heap.ts";

const reference = await cpu({ mode: "interpreter" });
const named = await cpu();

/** What the memory holds where nothing was written: no number that a test computes. */
const untouched = -98765.5;

/** A memory whose free part holds that number everywhere. */
function makeHeap(bytes: number): Heap {
  const heap = new Heap({ initial: bytes, maximum: bytes });
  const size = bytes - 2 ** 12;
  const address = heap.allocate(size, "all");
  heap.write(address, new Float32Array(size / 4).fill(untouched));
  heap.free(address);
  return heap;
}

/** Where the values and the results are. */
type Residence = "the user's arrays" | "the engine's memory";
const residences: readonly Residence[] = ["the user's arrays", "the engine's memory"];

/** The results of a graph. Throws if a run changes a byte of the memory that it has not allocated and that is of no result. */
function runAlone(
  graph: Graph,
  values: readonly TypedArray[],
  residence: Residence,
  lengths?: Lengths,
): readonly TypedArray[] {
  // A product whose sides have names has room for whole blocks.
  const heap = makeHeap(lengths === undefined ? 2 ** 17 : 2 ** 20);
  const program = compileGraph(graph, { heap, arithmetic: separate });
  const place = (array: TypedArray): Place => {
    if (residence === "the user's arrays") return array;
    const address = heap.allocate(array.byteLength, "an array");
    heap.write(address, array);
    return address;
  };
  const inputs = values.map(place);
  const results = graph.outputs.map(({ dtype, shape }) => allocate(dtype, sizeOf(withLengths(shape, lengths))));
  const outputs = results.map(place);
  const before = heap.bytes.slice();
  // At its end the heap notes what lies before.
  const mayChange = new Uint8Array(before.length).fill(1, -64);
  for (const [index, address] of outputs.entries())
    if (typeof address === "number") mayChange.fill(1, address, address + results[index]!.byteLength);
  vi.spyOn(heap, "allocate").mockImplementation((bytes, what) => {
    const address = Heap.prototype.allocate.call(heap, bytes, what);
    // With what the heap notes before and after it.
    mayChange.fill(1, address - 64, Math.ceil((address + bytes) / 64) * 64 + 64);
    return address;
  });
  program.run(inputs, outputs, lengths);
  const changed = heap.bytes.findIndex((byte, at) => byte !== before[at] && mayChange[at] === 0);
  if (changed !== -1)
    throw new Error(`runAlone: the byte at ${changed} must be what it was, got ${heap.bytes[changed]}.`);
  for (const [index, address] of outputs.entries())
    if (typeof address === "number") heap.read(address, results[index]!);
  return results;
}

const rows = 4;
const width = 3;

/** More than lanes and than one vector, in an order without a pattern. */
const hostile = Int32Array.of(
  -2147483648,
  2147483647,
  -1,
  rows,
  2,
  0,
  -2,
  65536,
  rows + 1,
  1,
  3,
  1073741824,
  -1073741824,
  536870912,
  715827883,
  -715827883,
  16384,
  2147483646,
  -2147483647,
  rows,
  -1,
  3,
  262144,
);

type Fn = (x: Tensor, indices: Tensor) => Tensor | readonly Tensor[];

/** For every row an index, as wide as `x`. */
const wide = (indices: Tensor): Tensor => indices.expandDims(1).broadcastTo([hostile.length, width]);

/** What looks up or adds at indices: `x` is [4, 3], the indices as many as there are. */
const lookups: Readonly<Record<string, Fn>> = {
  "rows that are looked up": (x, indices) => takeAlongAxis(x, wide(indices), 0),
  "columns that are looked up": (x, indices) =>
    takeAlongAxis(x.transpose(), indices.expandDims(0).broadcastTo([width, hostile.length]), 1),
  "elements of a vector": (x, indices) => takeAlongAxis(x.slice([0, 1], [rows, 2]).reshape([rows]), indices, 0),
  "elements of what is computed": (x, indices) => takeAlongAxis(x.sub(x.sum(0)), wide(indices), 0),
  "the gradient of what is looked up": (x, indices) =>
    grad((given: Tensor) => sum(mul(takeAlongAxis(given, wide(indices), 0), 3)))(x),
  "indices that are computed, and overflow": (x, indices) => takeAlongAxis(x, wide(indices.mul(1000003).add(7)), 0),
  "indices that were numbers": (x, indices) =>
    takeAlongAxis(x, wide(cast(cast(indices, "float32").mul(1e9), "int32")), 0),
  "indices that are not numbers": (x, indices) =>
    takeAlongAxis(x, wide(cast(cast(indices, "float32").mul(0).div(0), "int32")), 0),
  "indices that are looked up": (x, indices) => takeAlongAxis(x, wide(takeAlongAxis(indices, indices.mul(-1), 0)), 0),
  "an index that is used in two loops": (x, indices) => {
    const taken = takeAlongAxis(x, wide(indices), 0);
    return [taken, taken.sum(0), taken.max(0), taken.max(1)];
  },
  "an index that one loop keeps for another": (x, indices) => {
    const row = x.slice([0, 0], [1, width]).add(asTensor([0, 1, 2]).cast(x.dtype));
    const pair = takeAlongAxis(row, asTensor(Int32Array.of(0, 0)).reshape([2, 1]), 0);
    const place = row
      .mul(indices.slice([3], [4]))
      .cast("int32")
      .broadcastTo([2, width]);
    const taken = takeAlongAxis(pair, place, 0);
    return [taken, taken.add(asTensor([1, 2, 3]).cast(x.dtype))];
  },
  "a lookup of a lookup": (x, indices) => takeAlongAxis(takeAlongAxis(x, wide(indices), 0), wide(indices), 0),
  "a product of what is looked up": (x, indices) => matmul(takeAlongAxis(x, wide(indices), 0), x.transpose()),
  "a sum of segments": (x, indices) => segmentSum(takeAlongAxis(x, wide(indices), 0), indices, rows),
  "a sum of segments of a vector": (x, indices) =>
    segmentSum(cast(indices.mul(0).add(2), "float32").mul(x.max()), indices, rows),
  "the gradient of a sum of segments": (x, indices) =>
    grad((given: Tensor) => sum(mul(segmentSum(takeAlongAxis(given, wide(indices), 0), indices, rows), x)))(x),
  "classes as vectors": (x, indices) => matmul(oneHot(indices, rows, "float32"), x),
  "rows of two": (x, indices) =>
    stack([takeAlongAxis(x, wide(indices), 0), takeAlongAxis(x.mul(2), wide(indices), 0)], 0),
};

const elements = (dtype: DType): NDArray => {
  const values = Array.from({ length: rows * width }, (_, index) => index + 1);
  return dtype === "bool"
    ? ndarray(
        Uint8Array.from(values, (value) => value % 2),
        [rows, width],
        "bool",
      )
    : ndarray(values, [rows, width], dtype);
};

/** The graph as engines get it: what the host would check is erased. */
function graphOf(fn: Fn, dtype: DType, height: number | string = rows): Graph {
  return prepare(
    traceGraph(
      "hostile",
      ({ x, indices }: Readonly<Record<"x" | "indices", Tensor>>) => {
        const results = fn(x, indices);
        return Array.isArray(results) ? (results as Tensor[]) : [results as Tensor];
      },
      { x: { shape: [height, width], dtype }, indices: { shape: [hostile.length], dtype: "int32" } },
    ),
    typeof height === "string" ? named : reference,
  );
}

/** The graph for any number of rows; undefined if the formula is one of a certain number. */
function namedGraphOf(fn: Fn): Graph | undefined {
  try {
    return graphOf(fn, "float32", "rows");
  } catch (error) {
    if (error instanceof ShapeError) return undefined;
    throw error;
  }
}

/** What the interpreter computes, which clamps an index and drops what falls outside. */
async function wantedOf(graph: Graph, x: TypedArray): Promise<readonly TypedArray[]> {
  const executable = await reference.compile(graph);
  return executable.run([x, hostile]);
}

/** Integers have no gradient. */
const dtypesOf = (name: string): readonly DType[] =>
  name.includes("gradient") ? ["float32", "float64"] : ["float32", "float64", "int32"];

describe.each(residences)("in %s, hostile indices", (residence) => {
  test.each(Object.entries(lookups))("%s", async (name, fn) => {
    for (const dtype of dtypesOf(name)) {
      const { data } = elements(dtype);
      const graph = graphOf(fn, dtype);
      expect(runAlone(graph, [data, hostile], residence)).toEqual(await wantedOf(graph, data));
    }
  });

  test("among rows whose number has a name", async () => {
    const { data } = elements("float32");
    const graphs = Object.values(lookups).flatMap((fn) => {
      const graph = namedGraphOf(fn);
      return graph === undefined ? [] : [{ fn, graph }];
    });
    expect(graphs.length).toBeGreaterThan(7);
    for (const { fn, graph } of graphs) {
      const got = runAlone(graph, [data, hostile], residence, { rows });
      const want = await wantedOf(graphOf(fn, "float32"), data);
      for (const [index, result] of want.entries())
        for (const [place, value] of result.entries()) expect(got[index]![place]).toBeCloseTo(value, 4);
    }
  });

  test("bools that are looked up", async () => {
    const { data } = elements("bool");
    const graph = graphOf(lookups["rows that are looked up"]!, "bool");
    expect(runAlone(graph, [data, hostile], residence)).toEqual(await wantedOf(graph, data));
  });
});

test("labels on the device, which the host does not check, give a loss and a gradient and change no other array", async () => {
  const engine = await wasm();
  const arrays = [
    ndarray(new Float32Array(64).fill(untouched)),
    ndarray(new Float32Array(hostile.length * rows).fill(0.5), [hostile.length, rows]),
    ndarray(hostile),
    ndarray(new Float32Array(64).fill(untouched)),
  ];
  const handles = await Promise.all(arrays.map(async (array) => engine.upload(array)));
  const step = compile(
    valueAndGrad((logits: Tensor, labels: Tensor) => sparseSoftmaxCrossentropyLogits(labels, logits).sum()),
    { engine },
  );
  const [loss, gradient] = await step(handles[1]!, handles[2]!);
  // Every class has the same logit, so it does not matter which one a label stands for.
  expect(loss.item()).toBeCloseTo(hostile.length * Math.log(rows), 3);
  for (const slope of gradient.data) expect([0.25, -0.75]).toContainEqual(expect.closeTo(slope, 5));
  expect(await Promise.all(handles.map(async (handle) => handle.read()))).toEqual(arrays.map(({ data }) => data));
  await engine.dispose();
});

const x = made("input", [], { name: "x", shape: [4], dtype: "float32" }, [4]);
const indices = made("input", [], { name: "indices", shape: [4], dtype: "int32" }, [4], "int32");
const matrix = made("reshape", [x], { shape: [2, 2] }, [2, 2]);

/** A node that tracing never makes. */
function made(
  operation: string,
  operands: readonly Node[],
  attributes: object,
  shape: readonly (number | string)[],
  dtype: DType = "float32",
): Node {
  return new Node(operation as Operation, operands, attributes as never, shape, dtype);
}

const computed = (node: Node): Node => made("exp", [node], {}, node.shape as readonly number[]);

/** The sums of the rows of a matrix so far, of which there are two. */
function scanOf({ length = 2, reverse = false, carried = 2 }): Node {
  const carry = made("input", [], { name: "carry", shape: [carried], dtype: "float32" }, [carried]);
  const row = made("input", [], { name: "row", shape: [2], dtype: "float32" }, [2]);
  const body = { inputs: [carry, row], outputs: [made("add", [carry, row], {}, [carried])] };
  const start = made("slice", [x], { starts: [0], stops: [2] }, [2]);
  return made("scan", [start, matrix], { body, length, carries: 1, sequences: 1, reverse, output: 0 }, [carried]);
}

/** Results that are larger than what they are made of. */
const tooLarge: Readonly<Record<string, (length: number) => Node>> = {
  "what is computed": (length) => made("exp", [x], {}, [length]),
  "a reshape": (length) => made("reshape", [x], { shape: [length] }, [length]),
  "a reshape that is computed with": (length) => computed(made("reshape", [x], { shape: [length] }, [length])),
  "a part": (length) => made("slice", [x], { starts: [0], stops: [length] }, [length]),
  "a transpose": (length) => made("transpose", [matrix], { permutation: [1, 0] }, [length, 2]),
  "a sum": (length) => made("sum", [matrix], { axes: [0] }, [length]),
  "a maximum": (length) => made("max", [matrix], { axes: [0] }, [length]),
  "a position of the largest": (length) => made("argmax", [matrix], { axis: 0 }, [length], "int32"),
  "a lookup": (length) => made("takeAlongAxis", [x, indices], { axis: 0 }, [length]),
  "a sum of two": (length) => made("add", [x, x], {}, [length]),
  "a scan of more steps than slices": (length) => scanOf({ length }),
  "a scan of more steps than slices, in reverse": (length) => scanOf({ length, reverse: true }),
  "what is carried": (length) => scanOf({ carried: length }),
  "a choice": (length) => made("where", [made("less", [x, x], {}, [4], "bool"), x, x], {}, [length]),
  "a product": (length) => made("matmul", [matrix, matrix], {}, [2, length]),
  "a constant": (length) =>
    made("constant", [], { data: new Float32Array(4), shape: [length], dtype: "float32" }, [length]),
};

/** Numbers of steps that are none. */
const wrongCounts: Readonly<Record<string, (count: number) => Node>> = {
  "steps of a scan": (length) => scanOf({ length }),
  "steps of a scan in reverse": (length) => scanOf({ length, reverse: true }),
};

/** Attributes that are not what they must be. */
const wrongPlaces: Readonly<Record<string, (place: number) => Node>> = {
  "a part that begins there": (place) => made("slice", [x], { starts: [place], stops: [4] }, [2]),
  "a computed part": (place) => made("slice", [computed(x)], { starts: [place], stops: [4] }, [2]),
};

const wrongNumbers = [-1, 0.5, 1.5, NaN, Infinity, 4, 100, 2 ** 31, 2 ** 32, 2 ** 32 + 1, -(2 ** 31), 2 ** 53];
const noNumbers = ["1", "globalThis.ran=1", undefined, null, [1]] as unknown as number[];

const graphOfNode = (output: Node): Graph => ({ inputs: [x, indices], outputs: [output] });

function compileNode(output: Node): unknown {
  return compileGraph(graphOfNode(output), { heap: makeHeap(2 ** 17), arithmetic: separate });
}

function compileNamed(shape: readonly (number | string)[], make: (y: Node) => Node): unknown {
  const y = new Node("input", [], { name: "y", shape, dtype: "float32" }, shape, "float32");
  const graph = { inputs: [y], outputs: [make(y)] };
  return compileGraph(graph, { heap: makeHeap(2 ** 17), arithmetic: separate });
}

const isEngineError: unknown = expect.objectContaining({ name: "EngineError" });
const isRefusal: unknown = expect.objectContaining({ name: expect.stringMatching(/^(Engine|Shape)Error$/) as unknown });

describe("graphs made by hand are refused by name if they would leave their arrays", () => {
  test.each(Object.entries(tooLarge))("%s that is larger than what it is made of", (_, make) => {
    for (const length of [5, 7, 100, 1000003]) expect(() => compileNode(make(length))).toThrow(isEngineError);
    // A name may stand for any of these.
    expect(() => compileNode(make("rows" as never))).toThrow(isRefusal);
  });

  test.each([
    ["elements", (y: Node) => made("exp", [y], {}, [2])],
    ["more of them", (y: Node) => made("reshape", [y], { shape: ["rows", 2] }, ["rows", 2])],
    ["others", (y: Node) => made("exp", [y], {}, ["columns"])],
    ["a part", (y: Node) => made("slice", [y], { starts: [1], stops: ["rows"] }, ["rows"])],
    [
      "the same, computed",
      (y: Node) => made("slice", [made("exp", [y], {}, ["rows"])], { starts: [0], stops: [3] }, [3]),
    ],
    ["as many in another order", (y: Node) => made("reshape", [y], { shape: [2] }, [2])],
  ])("%s of an array whose length has a name", (_, make) => {
    expect(() => compileNamed(["rows"], make)).toThrow(isEngineError);
  });

  test("a part that begins between two rows whose length has a name", () => {
    const part = (y: Node): Node => made("slice", [y], { starts: [0.5, 0], stops: [2.5, "rows"] }, [2, "rows"]);
    expect(() => compileNamed([3, "rows"], part)).toThrow(isEngineError);
  });

  test.each(Object.entries(wrongPlaces))("%s, at places that are none", (_, make) => {
    for (const place of wrongNumbers) expect(() => compileNode(make(place)), String(place)).toThrow(isEngineError);
  });

  test.each(Object.entries(wrongCounts))("%s, in numbers that are none", (_, make) => {
    for (const count of [...wrongNumbers, ...noNumbers.filter((other) => other !== undefined)])
      expect(() => compileNode(make(count)), String(count)).toThrow(isEngineError);
  });

  test.each([
    ["operands of different shapes", made("add", [x, matrix], {}, [4])],
    ["a result of another rank", made("exp", [x], {}, [2, 2])],
    ["a constant of another dtype", constantOf(new Float64Array(4))],
    ["a constant that is no typed array", constantOf([1, 2, 3, 4])],
    ["a constant that is too short", constantOf(new Float32Array(3))],
    ["a constant that is too long", constantOf(new Float32Array(5))],
  ])("%s", (_, output) => {
    expect(() => compileNode(output)).toThrow(isEngineError);
  });

  function constantOf(data: unknown): Node {
    return made("add", [x, made("constant", [], { data, shape: [4], dtype: "float32" }, [4])], {}, [4]);
  }
});

/** Graphs that may be refused in any way, or run on what is theirs. */
const others: Readonly<Record<string, (value: number) => Node>> = {
  "how much is padded": (value) => made("pad", [x], { before: [value], after: [0] }, [6]),
  // Whose length is neither 1 nor that of the result.
  "a repetition": () => made("broadcastTo", [x], { shape: [2, 7] }, [2, 7]),
  "an axis that is summed": (value) => made("sum", [matrix], { axes: [value] }, [2]),
  "an axis that is searched": (value) => made("argmax", [matrix], { axis: value }, [2], "int32"),
  "an axis along which is joined": (value) => made("concat", [x, x], { axis: value }, [8]),
  "how axes are moved": (value) => made("transpose", [matrix], { permutation: [value, 0] }, [2, 2]),
  "an axis along which is looked up": (value) => made("takeAlongAxis", [x, indices], { axis: value }, [4]),
  "an axis along which is scattered": (value) => made("scatterAdd", [x, indices], { axis: value, size: 4 }, [4]),
  "a size to which is scattered": (value) => made("scatterAdd", [x, indices], { axis: 0, size: value }, [4]),
  "a length of positions": (value) => made("iota", [], { size: value }, [4], "int32"),
  "an axis of a softmax": (value) => made("softmax", [matrix], { axis: value }, [2, 2]),
  "an index that is no integer": () => made("takeAlongAxis", [x, x], { axis: 0 }, [4]),
  "a dtype that its operand has not": () => made("exp", [x], {}, [4], "float64"),
  "an operand that is missing": () => made("exp", [], {}, [4]),
  "a lookup in nothing": () =>
    made("takeAlongAxis", [made("slice", [x], { starts: [0], stops: [0] }, [0]), indices], { axis: 0 }, [4]),
};

describe.each(residences)("in %s, graphs made by hand read and write nothing but what is theirs", (residence) => {
  test.each(Object.entries(others))("%s", (_, make) => {
    for (const value of [...wrongNumbers, ...noNumbers])
      for (const element of resultOf(make(value), residence))
        expect(Math.abs(element), String(value)).toBeLessThan(100);
  });

  /** Nothing if the graph is refused when it is compiled. */
  function resultOf(output: Node, residence: Residence): TypedArray {
    try {
      compileNode(output);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return new Float32Array(0);
    }
    const values = [Float32Array.of(1, 2, 3, 4), Int32Array.of(-100, 1000, 2147483647, -1)];
    return runAlone(graphOfNode(output), values, residence)[0]!;
  }
});

/** Where do runtimes' own operators go wrong? Each operation is tested at infinities, NaN, ties, and with no or one element. */
import {
  type NDArray,
  type Tensor,
  arange,
  broadcastTo,
  concat,
  einsum,
  grad,
  logSumExp,
  matmul,
  maximum,
  ndarray,
  pad,
  scan,
  slice,
  stack,
  takeAlongAxis,
  where,
} from "@symloss/core";
import {
  type BinaryOperation,
  type DType,
  type Engine,
  type Operation,
  type UnaryOperation,
  allocate,
  isFloat,
  prepare,
  sizeOf,
  traceGraph,
} from "@symloss/core/engine";

/** What is computed, from which arrays. */
interface Edge {
  readonly title: string;
  readonly fn: (...tensors: Tensor[]) => readonly Tensor[];
  readonly arrays: readonly NDArray[];
  /** The absolute error that a result may have in addition; by default what the largest element of an array allows. */
  readonly absolute?: number;
}

/** A description of how the engine's results differ from those of the definition. */
export async function edgeDifferences(engine: Engine, definition: Engine, operation: Operation): Promise<string[]> {
  const found: string[] = [];
  for (const { title, fn, arrays, absolute } of edges[operation]()) {
    const inputs = Object.fromEntries(arrays.map(({ shape, dtype }, index) => [`x${index}`, { shape, dtype }]));
    const traced = traceGraph("test", (given: Readonly<Record<string, Tensor>>) => fn(...Object.values(given)), inputs);
    const types = new Set([...arrays, ...traced.outputs].map(({ dtype }) => dtype));
    if ([...types].some((dtype) => !engine.traits.dtypes.includes(dtype))) continue;
    for (const simplify of [true, false]) {
      const [got, want] = await Promise.all(
        [engine, definition].map(async (on) => {
          const executable = await on.compile(prepare(traced, on, { simplify }));
          const results = await executable.run(arrays.map(({ data }) => data));
          await executable.dispose();
          return results;
        }),
      );
      for (const [index, { dtype }] of traced.outputs.entries()) {
        const difference = differenceOf(got![index]!, want![index]!, {
          ...tolerances[dtype],
          ...(absolute !== undefined && { absolute }),
        });
        if (difference !== undefined)
          found.push(`${title}${simplify ? "" : ", not simplified"}, result ${index} ${difference}`);
      }
    }
  }
  return found;
}

interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

const exact = { relative: 0, absolute: 0 };
const tolerances: { readonly [D in DType]: Tolerance } = {
  float64: { relative: 1e-11, absolute: 1e-13 },
  float32: { relative: 1e-5, absolute: 2e-6 },
  int32: exact,
  bool: exact,
};

function differenceOf(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  { relative, absolute }: Tolerance,
): string | undefined {
  if (got.length !== want.length) return `has ${got.length} elements for ${want.length}`;
  for (let index = 0; index < want.length; index++) {
    const [left, right] = [got[index]!, want[index]!];
    // The sign of zero is unspecified.
    if (left === right || (Number.isNaN(left) && Number.isNaN(right))) continue;
    if (Number.isFinite(right) && Math.abs(left - right) <= relative * Math.abs(right) + absolute) continue;
    return `at ${index} is ${left} for ${right}`;
  }
  return undefined;
}

const floats = ["float32", "float64"] as const;
const numbers = [...floats, "int32"] as const;
const all = [...numbers, "bool"] as const;

const special = [
  NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  2.5,
  -2.5,
  3,
  -3,
  1e-20,
  1e38,
  -1e38,
  17,
  -17,
  88.7,
  -88.7,
  -103,
  1e4,
  -1e4,
  2 ** 24,
  2147483520,
  2147483648,
  -2147483648,
  1e10,
  -1e10,
  709.7,
  -745,
];
const whole = [0, 1, -1, 2, -2, 3, 7, -7, 100, -100, 4095, -4095];

function valuesOf(dtype: DType): readonly number[] {
  return dtype === "bool" ? [0, 1] : dtype === "int32" ? whole : special;
}

/** An array that repeats these elements. */
function arrayOf(
  dtype: DType,
  shape: readonly number[],
  values: readonly number[] = valuesOf(dtype),
  from = 0,
): NDArray {
  const data = allocate(dtype, sizeOf(shape));
  for (let index = 0; index < data.length; index++) data[index] = values[(index + from) % values.length]!;
  return ndarray(data, shape, dtype);
}

/** No axes, one element, lengths that do not fill a vector, and no elements along each axis. */
const shapes: readonly (readonly number[])[] = [
  [],
  [0],
  [1],
  [31],
  [0, 3],
  [3, 0],
  [2, 0, 3],
  [1, 1],
  [3, 5],
  [2, 3, 5],
];

/** Pairs that broadcast, also to an empty shape. */
const pairs: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[], []],
  [[0], [1]],
  [[], [0]],
  [
    [1, 3],
    [0, 1],
  ],
  [
    [3, 1],
    [1, 0],
  ],
  [[3], [2, 0, 3]],
  [[1], [1, 1]],
  [
    [3, 1, 2],
    [5, 1],
  ],
  [[17], [1]],
];

function unary(operation: UnaryOperation, dtypes: readonly DType[]): () => Edge[] {
  return () =>
    dtypes.map((dtype) => ({
      title: `${operation} ${dtype}`,
      fn: (...tensors) => tensors.map((x) => x[operation]()),
      arrays: [...shapes, [special.length]].map((shape) => arrayOf(dtype, shape)),
    }));
}

function binary(operation: BinaryOperation, dtypes: readonly DType[], values = valuesOf): () => Edge[] {
  return () =>
    dtypes.map((dtype): Edge => {
      const list = values(dtype);
      const count = list.length;
      const column = arrayOf(dtype, [count, 1], list);
      const row = arrayOf(dtype, [1, count], list);
      return {
        title: `${operation} ${dtype}`,
        fn: (x, y, ...rest) => [
          x![operation](y!),
          x!.reshape([count])[operation](y!.reshape([count])),
          x![operation](x!),
          ...pairs.map((_, index) => rest[2 * index]![operation](rest[2 * index + 1]!)),
        ],
        arrays: [column, row, ...pairs.flat().map((shape, index) => arrayOf(dtype, shape, list, 5 * index))],
      };
    });
}

/** Rows with each special number at either end and in the middle, with two of them, and with only one. */
function rowsOf(dtype: DType, length: number): NDArray {
  const plain = Array.from({ length }, (_, index) => (((index * 7) % 11) - 5) / (dtype === "int32" ? 1 : 4));
  if (!isFloat(dtype)) return arrayOf(dtype, [4, length], dtype === "bool" ? [0, 0, 1, 1, 0] : [...plain, 3, 3]);
  const large = [NaN, Infinity, -Infinity, 1e4, -1e4];
  const places = [...new Set([0, length >> 1, length - 1])];
  const single = places.flatMap((place) => large.map((value) => plain.with(place, value)));
  const twice = large.flatMap((left) => large.map((right) => plain.with(0, left).with(length - 1, right)));
  const alone = large.flatMap((value) => [plain.map(() => value), plain.map(() => -Infinity).with(length >> 1, value)]);
  const rows = [plain, plain.map(() => 2.5), ...single, ...twice, ...alone];
  return arrayOf(dtype, [rows.length, length], rows.flat());
}

function alongRows(
  title: string,
  dtypes: readonly DType[],
  fn: (x: Tensor, axis: number) => Tensor,
  empty: boolean,
): () => Edge[] {
  const whole = shapes.filter((shape) => shape.length > 0 && (empty || !shape.includes(0)));
  return () =>
    dtypes.map((dtype) => ({
      title: `${title} ${dtype}`,
      fn: (...tensors) => [
        ...tensors.slice(0, 5).flatMap((x) => [fn(x, 1), fn(x.transpose(), 0), fn(x.expandDims(2), 1)]),
        ...tensors.slice(5).flatMap((x) => [...x.shape.keys()].map((axis) => fn(x, axis))),
      ],
      arrays: [
        ...[1, 2, 9, 33, 300].map((length) => rowsOf(dtype, length)),
        ...whole.map((shape) => arrayOf(dtype, shape, dtype === "bool" ? [0, 1] : [1, -2, 3, 0, 3])),
      ],
    }));
}

/** Rows of at most 0, with the largest element anywhere and the others further and further below it; also ties. */
function sureRows(dtype: DType, length: number): NDArray {
  const gaps = [0, 0.1, 0.7, 1.1, 2, 5, 8, 10, 12, 15, 17];
  const rows = gaps.flatMap((gap) => {
    const row = Array.from({ length }, (_, index) => -gap - (index % 3) / 8);
    return [row.with(0, 0), row.with(length >> 1, 0), row.with(0, 0).with(length - 1, 0)];
  });
  return arrayOf(dtype, [rows.length, length], rows.flat());
}

/** A result near 0 keeps its digits, except those that the definition itself loses in a float64 sum of 5000 terms and a 1. */
function sureAnswers(title: string, fn: (x: Tensor, axis: number) => Tensor): Edge[] {
  return floats.map((dtype) => ({
    title: `${title} ${dtype} of sure rows`,
    fn: (...tensors) => tensors.flatMap((x) => [fn(x, 1), fn(x.transpose(), 0), fn(x.expandDims(2), 1)]),
    arrays: [2, 9, 300, 5000].map((length) => sureRows(dtype, length)),
    absolute: 1e-12,
  }));
}

function moving(title: string, fn: (x: Tensor) => readonly Tensor[]): () => Edge[] {
  return () =>
    all.map((dtype) => ({
      title: `${title} ${dtype}`,
      fn: (...tensors) => tensors.flatMap((x) => [...fn(x), ...fn(broadcastTo(x, [3, ...x.shape]))]),
      arrays: shapes.map((shape) => arrayOf(dtype, shape)),
    }));
}

const powers = (dtype: DType): readonly number[] => (dtype === "int32" ? [0, 1, -1, 2, -2, 3, 7, -7] : valuesOf(dtype));

/** Elements of similar size, so that float32 and float64 lose the same in a sum. */
const factors = special.filter((value) => Math.abs(value) < 200 || !Number.isFinite(value));

/** A row for each operation; a missing row does not compile. */
const edges: { readonly [O in Operation]: () => readonly Edge[] } = {
  input: moving("input", (x) => [x]),
  constant: () => [
    {
      title: "constants of one value and several ranks",
      fn: (x) => {
        const ones = [ndarray([1], []), ndarray([1], [1]), ndarray([1], [1, 1])];
        return [
          ...ones.map((one) => x!.add(one)),
          ...ones.map((one) => stack([one, one])),
          concat([ones[1]!, ones[1]!], 0),
        ];
      },
      arrays: [ndarray([1, 2, 3])],
    },
  ],
  iota: () => [
    {
      title: "iota",
      fn: (x) => [0, 1, 1000].map((length) => arange(length).add(x!)),
      arrays: [ndarray([1], [], "int32")],
    },
  ],
  dimensionSize: () => [],

  neg: unary("neg", numbers),
  abs: unary("abs", numbers),
  sign: unary("sign", numbers),
  exp: unary("exp", floats),
  expm1: unary("expm1", floats),
  log: unary("log", floats),
  log1p: unary("log1p", floats),
  sqrt: unary("sqrt", floats),
  tanh: unary("tanh", floats),
  erf: unary("erf", floats),
  atan: unary("atan", floats),
  lgamma: unary("lgamma", floats),
  digamma: unary("digamma", floats),
  sigmoid: unary("sigmoid", floats),
  softplus: unary("softplus", floats),
  relu: unary("relu", numbers),
  logicalNot: unary("logicalNot", ["bool"]),

  add: binary("add", numbers),
  sub: binary("sub", numbers),
  mul: binary("mul", numbers),
  div: binary("div", floats),
  pow: binary("pow", numbers, powers),
  maximum: binary("maximum", numbers),
  minimum: binary("minimum", numbers),
  equal: binary("equal", all),
  less: binary("less", all),
  lessEqual: binary("lessEqual", all),
  logicalAnd: binary("logicalAnd", ["bool"]),
  logicalOr: binary("logicalOr", ["bool"]),

  where: () =>
    all.map((dtype) => ({
      title: `where ${dtype}`,
      fn: (condition, x, y, none, one) => [
        where(condition!, x!, y!),
        where(none!, x!, one!),
        where(one!.equal(one!), one!, y!),
      ],
      arrays: [
        arrayOf("bool", [31, 31], [0, 1, 1]),
        arrayOf(dtype, [31, 1]),
        arrayOf(dtype, [1, 31]),
        arrayOf("bool", [31, 0]),
        arrayOf(dtype, [1]),
      ],
    })),
  cast: () =>
    all.flatMap((dtype): Edge[] => [
      {
        title: `cast ${dtype}`,
        fn: (...tensors) => tensors.flatMap((x) => all.filter((to) => to !== "float64").map((to) => x.cast(to))),
        arrays: [...shapes, [special.length]].map((shape) => arrayOf(dtype, shape)),
      },
      {
        title: `cast ${dtype} to float64`,
        fn: (x) => [x!.cast("float64")],
        arrays: [arrayOf(dtype, [special.length])],
      },
    ]),

  sum: alongRows("sum", numbers, (x, axis) => x.sum(axis), true),
  max: alongRows("max", numbers, (x, axis) => x.max(axis), false),
  argmax: alongRows("argmax", all, (x, axis) => x.argmax(axis), false),
  logSumExp: () => [
    ...alongRows("logSumExp", floats, (x, axis) => logSumExp(x, axis), true)(),
    ...sureAnswers("logSumExp", (x, axis) => logSumExp(x, axis)),
  ],
  softmax: alongRows("softmax", floats, (x, axis) => x.softmax(axis), true),
  logSoftmax: () => [
    ...alongRows("logSoftmax", floats, (x, axis) => x.logSoftmax(axis), true)(),
    ...sureAnswers("logSoftmax", (x, axis) => x.logSoftmax(axis)),
  ],
  argsort: () =>
    [false, true].flatMap((descending) =>
      alongRows("argsort", numbers, (x, axis) => x.argsort({ axis, descending }), true)(),
    ),
  cumsum: () =>
    [false, true].flatMap((reverse) => alongRows("cumsum", numbers, (x, axis) => x.cumsum({ axis, reverse }), true)()),

  takeAlongAxis: () =>
    all.map((dtype) => ({
      title: `takeAlongAxis ${dtype}`,
      fn: (x, columns, rows, none) => [
        takeAlongAxis(x!, columns!, 1),
        takeAlongAxis(x!, rows!, 0),
        takeAlongAxis(x!, none!, 1),
      ],
      arrays: [
        arrayOf(dtype, [3, 9]),
        arrayOf("int32", [3, 4], [0, 8, 3]),
        arrayOf("int32", [5, 9], [2, 0]),
        arrayOf("int32", [3, 0]),
      ],
    })),
  scatterAdd: () =>
    floats.map((dtype) => ({
      title: `scatterAdd ${dtype}`,
      fn: (x, indices, y) => {
        const one = indices!.slice([0, 0], [3, 1]);
        const taken = (place: Tensor) => grad((z) => takeAlongAxis(z, place, 1).square().sum());
        return [
          taken(indices!)(x!),
          taken(one)(x!),
          taken(one)(x!).add(y!),
          y!.sub(taken(one)(x!)),
          taken(one)(x!).sub(y!),
        ];
      },
      arrays: [arrayOf(dtype, [3, 9]), arrayOf("int32", [3, 40], [0, 8, 3, 3]), arrayOf(dtype, [3, 9], special, 4)],
    })),

  reshape: moving("reshape", (x) => [x.reshape([x.size]), x.reshape([1, ...x.shape, 1])]),
  transpose: moving("transpose", (x) => [x.transpose()]),
  broadcastTo: () => [
    ...moving("broadcastTo", (x) => [broadcastTo(x, [2, ...x.shape]), broadcastTo(x, [0, ...x.shape])])(),
    ...floats.map((dtype) => ({
      title: `gradients by way of nothing ${dtype}`,
      fn: (x: Tensor | undefined, y: Tensor | undefined) => {
        const through = (z: Tensor): Tensor => broadcastTo(z.exp().expandDims(0), [0, 3]).mul(z).sum();
        return [
          grad(through)(x!),
          grad((z) => z.mul(y!).tanh().sum())(x!.reshape([3, 1])),
          grad((z) =>
            concat([z, z.mul(y!.sum())], 0)
              .softmax()
              .square()
              .sum(),
          )(x!),
        ];
      },
      arrays: [arrayOf(dtype, [3], [0.5, -1, 2]), arrayOf(dtype, [0])],
    })),
  ],
  slice: moving("slice", (x) => [
    slice(
      x,
      x.shape.map(() => 0),
      x.shape.map((length) => Math.min(1, length as number)),
    ),
    slice(
      x,
      x.shape.map((length) => length as number),
      x.shape as number[],
    ),
  ]),
  pad: moving("pad", (x) => [
    pad(
      x,
      x.shape.map(() => 1),
      x.shape.map((_, axis) => axis),
    ),
  ]),
  concat: moving("concat", (x) => (x.rank === 0 ? [] : [concat([x, x], 0), concat([x], -1)])),

  matmul: () =>
    floats.flatMap((dtype) => [
      {
        title: `matmul ${dtype} of special numbers`,
        fn: (x: Tensor | undefined, y: Tensor | undefined) => [
          matmul(x!, y!),
          matmul(x!.transpose(), x!),
          matmul(x!, x!.transpose()),
        ],
        arrays: [arrayOf(dtype, [9, 7], factors), arrayOf(dtype, [7, 5], factors, 9)],
      },
      // Beyond 256 terms, float32 is summed in float64 by other nodes.
      ...[0, 1, 7, 300].map((depth) => ({
        title: `matmul ${dtype} of depth ${depth}`,
        fn: (...[x, y, z]: readonly (Tensor | undefined)[]) => [
          matmul(x!, y!),
          matmul(broadcastTo(x!, [2, 3, depth]), y!),
          matmul(x!, broadcastTo(y!, [2, depth, 2])),
          matmul(broadcastTo(x!, [4, 1, 3, depth]), broadcastTo(y!, [1, 2, depth, 2])),
          matmul(broadcastTo(x!, [0, 3, depth]), y!),
          matmul(z!, y!),
          matmul(x!, z!.reshape([depth])),
          einsum("bik,kj->bij", broadcastTo(x!, [2, 3, depth]).mul(0.5), y!),
          einsum("kj,bik->bij", y!, broadcastTo(x!, [2, 3, depth]).mul(0.5)),
          einsum("ik,jk->ij", x!, broadcastTo(z!, [2, depth])),
        ],
        arrays: [
          arrayOf(dtype, [3, depth], [1, -0.5, 0.25, 2]),
          arrayOf(dtype, [depth, 2], [0.5, -1, 3]),
          arrayOf(dtype, [1, depth], [1, 2, -1]),
        ],
      })),
    ]),

  scan: () =>
    floats.flatMap((dtype) =>
      [0, 1, 2, 5].map((length) => ({
        title: `scan ${dtype} of ${length} steps`,
        fn: (x: Tensor) => {
          const step = (carry: Tensor, y: Tensor): [Tensor, Tensor] => [maximum(carry, y), carry.add(y)];
          return [false, true].flatMap((reverse) => scan(step, x.sum(0), x, { reverse }));
        },
        arrays: [arrayOf(dtype, [length, 2], [1, NaN, -Infinity, 2, 0.5])],
      })),
    ),
};

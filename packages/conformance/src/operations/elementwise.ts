/** What must elementwise operations return: at every size, at the limits of floats and integers, and broadcast along each axis? */
import { type DType, type NDArray, add, where } from "@symloss/core";
import {
  type BinaryOperation,
  type UnaryOperation,
  binaryOperations,
  formatShape,
  operationFacts,
  unaryOperations,
} from "@symloss/core/engine";
import { sampleArray, vectorOf } from "../data.ts";
import { binaryFunctions, unaryFunctions } from "./functions.ts";
import { binaryNumber, convertNumber, unaryNumber } from "../oracle/scalar.ts";
import { largestExactInteger, largestOf } from "../tolerance.ts";
import { type Check, type OperationSpec, agree, allTypes, floatTypes, operandTypes, shapes } from "./spec.ts";

/** The cases of elementwise operations. */
export function elementwiseSpecs(): OperationSpec[] {
  return [
    ...unaryOperations.flatMap((operation) => operandTypes(operation).flatMap((dtype) => unarySpecs(operation, dtype))),
    ...binaryOperations.flatMap((operation) =>
      operandTypes(operation).flatMap((dtype) => binarySpecs(operation, dtype)),
    ),
    ...allTypes.flatMap(whereSpecs),
    ...floatTypes.map(manyElements),
  ];
}

function unarySpecs(operation: UnaryOperation, dtype: DType): OperationSpec[] {
  const fn = unaryFunctions[operation];
  const edges = () =>
    split(dtype, [edgesOf(operation, dtype)], ([x]) => convertNumber(unaryNumber[operation](x!), dtype));
  return withEdges({
    label: `${operation} ${dtype}`,
    operation,
    dtypes: [dtype],
    sizes: () =>
      shapes.map((shape, seed) => ({
        what: `${operation} of ${formatShape(shape)}`,
        fn,
        arrays: [sampleArray(dtype, shape, seed, domainOf(operation, dtype))],
      })),
    edges,
    fn,
  });
}

function binarySpecs(operation: BinaryOperation, dtype: DType): OperationSpec[] {
  const fn = binaryFunctions[operation];
  const result = operationFacts[operation].result === "bool" ? "bool" : dtype;
  const edges = () => {
    const [bases, others] =
      operation === "pow" ? powerEdges(dtype) : [edgesOf(operation, dtype), edgesOf(operation, dtype)];
    const pairs = bases.flatMap((x) => others.map((y) => [x, y] as const));
    return split(dtype, [pairs.map(([x]) => x), pairs.map(([, y]) => y)], ([x, y]) =>
      convertNumber(binaryNumber[operation](x!, y!), result),
    );
  };
  const sizes = () =>
    shapes.map((shape, seed) => ({
      what: `${operation} of ${formatShape(shape)}`,
      fn,
      arrays: operandsOf(operation, dtype, shape, shape, seed),
    }));
  const broadcast: OperationSpec = {
    name: `${operation} ${dtype}, broadcast along each axis`,
    operations: [operation, "broadcastTo"],
    dtypes: [dtype],
    run: agree(() =>
      broadcasts.map(([left, right], seed) => ({
        what: `${operation} of ${formatShape(left)} and ${formatShape(right)}`,
        fn,
        arrays: operandsOf(operation, dtype, left, right, seed),
      })),
    ),
  };
  return [
    ...withEdges({ label: `${operation} ${dtype}`, operation, dtypes: [dtype], sizes, edges, fn }),
    ...(broadcastOperations.includes(operation) ? [broadcast] : []),
  ];
}

function whereSpecs(dtype: DType): OperationSpec[] {
  const sizes: OperationSpec = {
    name: `where ${dtype}, every size`,
    operations: ["where"],
    dtypes: [dtype, "bool"],
    run: agree(() =>
      shapes.map((shape, seed) => ({
        what: `where of ${formatShape(shape)}`,
        fn: where,
        arrays: [
          sampleArray("bool", shape, seed),
          sampleArray(dtype, shape, seed + 50),
          sampleArray(dtype, shape, seed + 100),
        ],
      })),
    ),
  };
  const broadcast: OperationSpec = {
    name: `where ${dtype}, broadcast along each axis`,
    operations: ["where", "broadcastTo"],
    dtypes: [dtype, "bool"],
    run: agree(() =>
      [
        [[7], [], [7]],
        [[], [3, 5], [5]],
        [[3, 1], [1, 5], []],
        [[2, 1, 1], [3, 1], [5]],
      ].map(([condition, x, y]) => ({
        what: `where of ${[condition!, x!, y!].map(formatShape).join(" and ")}`,
        fn: where,
        arrays: [sampleArray("bool", condition!, 1), sampleArray(dtype, x!, 2), sampleArray(dtype, y!, 3)],
      })),
    ),
  };
  const ignored: OperationSpec = {
    name: `where ${dtype}, NaN and infinities on the side that is not taken`,
    operations: ["where"],
    dtypes: [dtype, "bool"],
    nonFinite: true,
    run: agree(() => [
      {
        what: "where",
        fn: where,
        arrays: [
          vectorOf([1, 0, 1, 0, 1, 0], "bool"),
          vectorOf([1, NaN, 2, Infinity, NaN, -Infinity], dtype),
          vectorOf([NaN, 3, -Infinity, 4, 5, Infinity], dtype),
        ],
      },
    ]),
  };
  return floatTypes.includes(dtype) ? [sizes, broadcast, ignored] : [sizes, broadcast];
}

function manyElements(dtype: DType): OperationSpec {
  return {
    name: `add ${dtype}, 65537 elements`,
    operations: ["add"],
    dtypes: [dtype],
    run: agree(() => [
      { what: "add", fn: add, arrays: [sampleArray(dtype, [65537], 1), sampleArray(dtype, [65537], 2)] },
    ]),
  };
}

interface EdgeParts {
  readonly label: string;
  readonly operation: UnaryOperation | BinaryOperation;
  readonly dtypes: readonly DType[];
  readonly sizes: () => readonly Check[];
  readonly edges: () => Parts;
  readonly fn: Check["fn"];
}

function withEdges({ label, operation, dtypes, sizes, edges, fn }: EdgeParts): OperationSpec[] {
  const common = { operations: [operation], dtypes };
  const at = (part: keyof Parts) => agree(() => [{ what: label, fn, arrays: edges()[part] }]);
  const specs: OperationSpec[] = [
    { ...common, name: `${label}, every size`, run: agree(sizes) },
    { ...common, name: `${label}, edges`, run: at("finite") },
  ];
  if (floatTypes.includes(dtypes[0]!)) {
    specs.push({ ...common, name: `${label}, NaN and infinities`, nonFinite: true, run: at("nonFinite") });
  }
  return specs;
}

interface Parts {
  readonly finite: readonly NDArray[];
  readonly nonFinite: readonly NDArray[];
}

/** Columns of operands, in two parts: those where all operands and results are finite, and the rest. Integers too large to be exact are omitted. */
function split(
  dtype: DType,
  columns: readonly (readonly number[])[],
  apply: (row: readonly number[]) => number,
): Parts {
  const rows = columns[0]!.map((_, index) => columns.map((column) => convertNumber(column[index]!, dtype)));
  const rounded = rows.map((row) => (dtype === "float32" ? row.map(Math.fround) : row));
  const isFinite = (row: readonly number[]) =>
    [...row, apply(row)].every((value) => Math.abs(value) <= largestOf(dtype));
  const asked = dtype === "int32" ? rounded.filter((row) => Math.abs(apply(row)) <= largestExactInteger) : rounded;
  const arraysOf = (kept: readonly (readonly number[])[]) =>
    columns.map((_, index) =>
      vectorOf(
        kept.map((row) => row[index]!),
        dtype,
      ),
    );
  return { finite: arraysOf(asked.filter(isFinite)), nonFinite: arraysOf(asked.filter((row) => !isFinite(row))) };
}

function operandsOf(
  operation: BinaryOperation,
  dtype: DType,
  left: readonly number[],
  right: readonly number[],
  seed: number,
): NDArray[] {
  const exponents = dtype === "int32" ? { low: 0, high: 5 } : {};
  return [
    sampleArray(dtype, left, seed, domainOf(operation, dtype)),
    sampleArray(dtype, right, seed + 50, operation === "pow" ? exponents : domainOf(operation, dtype)),
  ];
}

/** Numbers for which the operation is defined and does not overflow. */
function domainOf(operation: UnaryOperation | BinaryOperation, dtype: DType): { low: number; high: number } {
  if (dtype === "int32") return operation === "pow" ? { low: -9, high: 9 } : { low: -1000, high: 1000 };
  return ["log", "log1p", "sqrt", "div", "pow"].includes(operation) ? { low: 0.1, high: 4 } : { low: -4, high: 4 };
}

const broadcastOperations: readonly BinaryOperation[] = ["sub", "div", "maximum", "less"];

const broadcasts: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[], [3]],
  [[7], []],
  [[1], [17]],
  [
    [3, 1],
    [1, 5],
  ],
  [
    [2, 1, 5],
    [3, 1],
  ],
  [[2, 3, 5], [5]],
  [
    [2, 3, 5],
    [2, 1, 1],
  ],
  [
    [1, 3, 1],
    [2, 3, 5],
  ],
  [
    [2, 1, 3, 1],
    [5, 1, 7],
  ],
  [[0], [1]],
  [[3, 0], [1]],
];

const floatEdges: readonly number[] = [
  0,
  1,
  0.5,
  1.5,
  2,
  3,
  1e-3,
  1e-4,
  1e-8,
  1e-20,
  10,
  17,
  20,
  50,
  80,
  87,
  88.5,
  103,
  1e4,
  1e8,
  1e20,
  1e38,
  0.999,
  1.001,
  1 - 2 ** -24,
  1 + 2 ** -23,
  3.4028234663852886e38,
  2 ** -126,
  Infinity,
]
  .flatMap((value) => [value, -value])
  .concat(NaN);

/** Every pair of these is used. */
const pairEdges: readonly number[] = [0, 1, 0.5, 3, 1e-3, 1e-8, 1e-20, 88.5, 1e4, 1e20, 1e38, 2 ** -126, Infinity]
  .flatMap((value) => [value, -value])
  .concat(NaN, 3.4028234663852886e38, 1 - 2 ** -24);

const integerEdges: readonly number[] = [0, 1, 2, 3, 7, 100, 4095, 4096, 2 ** 24 - 1, 2 ** 24].flatMap((value) => [
  value,
  -value,
]);

function edgesOf(operation: UnaryOperation | BinaryOperation, dtype: DType): readonly number[] {
  if (dtype === "bool") return [0, 1];
  if (dtype === "int32") return integerEdges;
  return operation in binaryNumber ? pairEdges : floatEdges;
}

/** Bases and exponents: whole exponents of negative bases, roots, reciprocals, 0 and 1. */
function powerEdges(dtype: DType): readonly [readonly number[], readonly number[]] {
  if (dtype === "int32")
    return [
      [0, 1, -1, 2, -2, 3, 7, -10, 100],
      [0, 1, 2, 3, 4, 5, 7, -1, -2],
    ];
  return [
    [0, -0, 0.25, 0.5, 0.999, 1, 1.5, 2, 3, 10, 100, 1e4, 1e-4, -1, -2, -3, -0.5, Infinity, -Infinity, NaN],
    [0, -0, 1, -1, 2, -2, 3, -3, 4, 5, 7, 10, -10, 0.5, -0.5, 1.5, 0.1, 20.5, 1 / 3, Infinity, -Infinity, NaN],
  ];
}

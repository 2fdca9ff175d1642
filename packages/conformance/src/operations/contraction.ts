/** What must matrix products return, in batches and with empty axes, and what Einstein summation? */
import { type DType, type Tensor, einsum, matmul, transpose } from "@symloss/core";
import { formatShape } from "@symloss/core/engine";
import { expectArray } from "../compare.ts";
import { compute } from "../compute.ts";
import { sampleArray } from "../data.ts";
import { einsumByLoops } from "../oracle/einsum.ts";
import { epsilonOf, roundingOf } from "../tolerance.ts";
import { type Check, type OperationSpec, agree, floatTypes } from "./spec.ts";

/** The cases of the matrix product and of einsum. */
export function contractionSpecs(): OperationSpec[] {
  return floatTypes.flatMap((dtype) => [
    matmulSpec(dtype),
    turnedSpec(dtype),
    ...equations.map((equation) => einsumSpec(dtype, equation)),
  ]);
}

function matmulSpec(dtype: DType): OperationSpec {
  const pairs: readonly (readonly [readonly number[], readonly number[]])[] = [
    [
      [1, 1],
      [1, 1],
    ],
    [
      [3, 7],
      [7, 5],
    ],
    [
      [17, 33],
      [33, 31],
    ],
    [
      [1, 1003],
      [1003, 1],
    ],
    [
      [31, 1],
      [1, 33],
    ],
    [
      [2, 3, 4],
      [2, 4, 5],
    ],
    [
      [2, 1, 3, 4],
      [1, 3, 4, 2],
    ],
    [
      [3, 4],
      [5, 4, 2],
    ],
    [[7], [7, 3]],
    [[3, 7], [7]],
    [[7], [7]],
    [
      [3, 0],
      [0, 4],
    ],
    [
      [0, 3],
      [3, 4],
    ],
  ];
  return {
    name: `matmul ${dtype}, every size, batches, vectors`,
    operations: ["matmul"],
    dtypes: [dtype],
    run: agree(() =>
      pairs.map(([left, right], seed) => ({
        what: `matmul of ${formatShape(left)} and ${formatShape(right)}`,
        fn: matmul,
        arrays: [sampleArray(dtype, left, seed), sampleArray(dtype, right, seed + 50)],
      })),
    ),
  };
}

function turnedSpec(dtype: DType): OperationSpec {
  const arrays = () => [sampleArray(dtype, [5, 7], 1), sampleArray(dtype, [5, 7], 2)];
  const check = (what: string, fn: (x: Tensor, y: Tensor) => Tensor): Check => ({ what, fn, arrays: arrays() });
  return {
    name: `matmul ${dtype} of transposes`,
    operations: ["matmul", "transpose"],
    dtypes: [dtype],
    run: agree(() => [
      check("x times y transposed", (x, y) => matmul(x, transpose(y))),
      check("x transposed times y", (x, y) => matmul(transpose(x), y)),
      check("a product transposed", (x, y) => transpose(matmul(x, transpose(y)))),
      check("a product of products", (x, y) => matmul(matmul(x, transpose(y)), x)),
    ]),
  };
}

type Equation = readonly [equation: string, ...shapes: (readonly number[])[]];

/** Products, traces, diagonals, outer products, sums, batches, ellipses, three operands, and lengths of 0 and 1. */
const equations: readonly Equation[] = [
  ["ik,kj->ij", [3, 4], [4, 5]],
  ["ij,jk", [3, 4], [4, 2]],
  ["i,i->", [7], [7]],
  ["i,j->ij", [3], [5]],
  ["ij->ji", [3, 5]],
  ["ba", [3, 5]],
  ["ij->", [3, 5]],
  ["ij->i", [3, 5]],
  ["ij->j", [3, 5]],
  ["ii->i", [4, 4]],
  ["ii->", [4, 4]],
  ["iij->ji", [3, 3, 2]],
  ["bik,bkj->bij", [2, 3, 4], [2, 4, 5]],
  ["...ik,...kj->...ij", [2, 1, 3, 4], [5, 4, 2]],
  ["...i->...", [2, 3, 4]],
  ["ij,jk,kl->il", [2, 3], [3, 4], [4, 5]],
  ["i,i,i->i", [5], [5], [5]],
  ["fcd,nfc,abk,nab->nfa", [2, 2, 3], [4, 2, 2], [2, 3, 3], [4, 2, 3]],
  ["nd,fcd->nfc", [3, 5], [2, 4, 5]],
  ["ij,ij->ij", [3, 5], [3, 5]],
  ["ij,ji->", [3, 5], [5, 3]],
  [",ij->ij", [], [2, 3]],
  ["ik,kj->ij", [3, 0], [0, 2]],
  ["ik,kj->ij", [1, 4], [4, 1]],
  ["i,j->", [3], [4]],
  ["abcd,cb->da", [2, 3, 4, 5], [4, 3]],
];

function einsumSpec(dtype: DType, [equation, ...operands]: Equation): OperationSpec {
  return {
    name: `einsum ${dtype} "${equation}" of ${operands.map(formatShape).join(" and ")}`,
    operations: ["matmul", "sum", "mul"],
    dtypes: [dtype],
    async run(engine) {
      const arrays = operands.map((shape, seed) => sampleArray(dtype, shape, seed));
      const { shape, values, scale } = einsumByLoops(equation, arrays);
      // Three operands are multiplied in two products.
      const relative = 2 * roundingOf("matmul", dtype, engine.traits.precision).ulps * epsilonOf(dtype);
      const [got] = await compute(engine, (...tensors) => einsum(equation, ...tensors), arrays);
      expectArray(equation, got!, { shape, dtype, values, allowed: (index) => relative * scale[index]! });
    },
  };
}

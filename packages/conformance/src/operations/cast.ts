/** What must a cast return? Between any two dtypes: rounded, truncated, saturated, or 0 and 1. */
import { type DType, type Tensor, broadcastTo, cast, reshape, where } from "@symloss/core";
import { vectorOf, sampleArray } from "../data.ts";
import { convertNumber } from "../oracle/scalar.ts";
import { largestOf } from "../tolerance.ts";
import { type OperationSpec, agree, allTypes, floatTypes, shapes } from "./spec.ts";

/** The cases of casts. */
export function castSpecs(): OperationSpec[] {
  return allTypes.flatMap((from) => allTypes.filter((to) => to !== from).flatMap((to) => castSpec(from, to)));
}

function castSpec(from: DType, to: DType): OperationSpec[] {
  const common = { operations: ["cast"], dtypes: [from, to] } as const;
  const label = `cast ${from} to ${to}`;
  const specs: OperationSpec[] = [
    {
      ...common,
      name: `${label}, every size and edges`,
      run: agree(() => [
        ...shapes.map((shape, seed) => ({
          what: label,
          fn: (x: Tensor) => cast(x, to),
          arrays: [sampleArray(from, shape, seed, { low: -100, high: 100 })],
        })),
        { what: label, fn: (x) => cast(x, to), arrays: [vectorOf(finiteEdges(from, to), from)] },
      ]),
    },
  ];
  specs.push({
    ...common,
    operations: ["cast", "reshape", "broadcastTo", "where"],
    dtypes: [from, to, "bool"],
    name: `${label}, of what was reshaped, repeated, chosen`,
    run: agree(() => [
      {
        what: label,
        fn: (x, condition) => [
          cast(reshape(x, [3, 2]), to),
          cast(broadcastTo(x, [2, 6]), to),
          cast(where(condition, x, reshape(x, [6])), to),
        ],
        arrays: [sampleArray(from, [6], 3, { low: -100, high: 100 }), sampleArray("bool", [6], 4)],
      },
    ]),
  });
  if (floatTypes.includes(from)) {
    specs.push({
      ...common,
      name: `${label}, NaN and infinities`,
      nonFinite: true,
      run: agree(() => [
        {
          what: label,
          fn: (x) => cast(x, to),
          arrays: [
            vectorOf([NaN, Infinity, -Infinity, 1, 3.4e38, ...(from === "float64" ? [1e39, -1e300] : [])], from),
          ],
        },
      ]),
    });
  }
  return specs;
}

function finiteEdges(from: DType, to: DType): number[] {
  const edges = [0, -0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2.5, 0.999, -0.999, 100.75, 1 / 3, 2 ** 24 - 1, -(2 ** 24)];
  // Beyond the range of integers: they saturate.
  const large = floatTypes.includes(from) ? [3e9, -3e9, 1e20, -1e20] : [];
  return [...edges, ...large].filter((value) => Math.abs(convertNumber(value, to)) <= largestOf(to));
}

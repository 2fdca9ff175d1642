/** What must inputs, constants and iota return? */
import { type DType, add, arange, asTensor, eye, ones, zeros } from "@symloss/core";
import { formatShape } from "@symloss/core/engine";
import { sampleArray } from "../data.ts";
import { type OperationSpec, agree, allTypes, shapes } from "./spec.ts";

/** The cases of inputs, constants and iota. */
export function sourceSpecs(): OperationSpec[] {
  return [
    ...allTypes.map((dtype): OperationSpec => ({
      name: `input ${dtype} given back`,
      operations: ["input"],
      dtypes: [dtype],
      run: agree(() =>
        shapes.map((shape, seed) => ({
          what: `an input of ${formatShape(shape)}`,
          fn: (x) => x,
          arrays: [sampleArray(dtype, shape, seed)],
        })),
      ),
    })),
    ...allTypes.map(constantSpec),
    {
      name: "iota int32, every size",
      operations: ["iota"],
      dtypes: ["int32"],
      run: agree(() =>
        [0, 1, 2, 7, 17, 33, 1003].map((size) => ({ what: `iota of ${size}`, fn: () => arange(size), arrays: [] })),
      ),
    },
    {
      name: "eye, ones, zeros float32",
      operations: ["constant", "broadcastTo", "iota", "equal", "cast"],
      dtypes: ["float32", "int32", "bool"],
      run: agree(() => [
        { what: "eye", fn: () => eye(5), arrays: [] },
        { what: "ones and zeros", fn: () => [ones([3, 5]), zeros([7]), ones([])], arrays: [] },
      ]),
    },
  ];
}

function constantSpec(dtype: DType): OperationSpec {
  return {
    name: `constant ${dtype}, scalars and arrays`,
    operations: ["constant"],
    dtypes: [dtype],
    run: agree(() =>
      shapes.map((shape, seed) => {
        const array = sampleArray(dtype, shape, seed);
        const other = sampleArray(dtype, shape, seed + 1);
        return dtype === "bool"
          ? { what: `a constant of ${formatShape(shape)}`, fn: () => asTensor(array), arrays: [] }
          : {
              what: `a constant of ${formatShape(shape)}`,
              fn: (x) => [asTensor(array), add(x, array)],
              arrays: [other],
            };
      }),
    ),
  };
}

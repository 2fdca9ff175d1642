/** How are matrices multiplied: by the definition, each element a sum in float64 that is rounded once? */
import { castNumber } from "@symloss/core/engine";
import { type Layout, forEachPoint, nest, pickAxes, rowMajor } from "../layout.ts";
import type { Row } from "../row.ts";

/** Every product enters its sum, in the order of the axis, so that NaN and infinities are carried and no row depends on others. */
export const matmul: Row<"matmul"> = ([x, y], _, { shape, dtype }) => {
  const elements = nest([rowMajor(shape), rowsOf(x!, shape), columnsOf(y!, shape)]);
  const depth = x!.shape.at(-1)!;
  const [xStep, yStep] = [x!.strides.at(-1)!, y!.strides.at(-2)!];
  return {
    fill: (result, xs, ys) =>
      forEachPoint(elements, ([to, fromX, fromY]) => {
        let sum = 0;
        for (let index = 0; index < depth; index++) sum += xs![fromX! + index * xStep]! * ys![fromY! + index * yStep]!;
        result[to!] = castNumber(sum, dtype);
      }),
  };
};

/** Where the row of x for each element of the result begins: the same one for all columns. */
function rowsOf(x: Layout, shape: readonly number[]): Layout {
  const { strides, offset } = pickAxes(x, [...shape.keys()].slice(0, -1));
  return { shape, strides: [...strides, 0], offset };
}

/** Where the column of y for each element of the result begins: the same one for all rows. */
function columnsOf(y: Layout, shape: readonly number[]): Layout {
  const strides = y.strides.map((stride, axis) => (axis === shape.length - 2 ? 0 : stride));
  return { shape, strides, offset: y.offset };
}

/** How are elements read and added at indices that are only known when the graph runs? */
import { castNumber } from "@symloss/core/engine";
import { forEachPoint, nest, rowMajor, withoutAxes } from "../layout.ts";
import type { Row } from "../row.ts";

/** An index out of range reads the first or the last element of its line; a line without elements gives 0. */
export const takeAlongAxis: Row<"takeAlongAxis"> = ([x, indices], { axis }, { shape }) => {
  const target = rowMajor(shape);
  const lines = nest([target, x!, indices!].map((layout) => withoutAxes(layout, [axis])));
  const [targetStep, xStep, indexStep] = [target.strides[axis]!, x!.strides[axis]!, indices!.strides[axis]!];
  const length = shape[axis]!;
  const last = x!.shape[axis]! - 1;
  return {
    fill: (result, xs, positions) => {
      if (last < 0) return;
      forEachPoint(lines, ([to, from, at]) => {
        for (let index = 0; index < length; index++) {
          const position = Math.min(Math.max(positions![at! + index * indexStep]!, 0), last);
          result[to! + index * targetStep] = xs![from! + position * xStep]!;
        }
      });
    },
  };
};

/** An update whose index is out of range is dropped. Sums are accumulated in float64 and rounded once. */
export const scatterAdd: Row<"scatterAdd"> = ([updates, indices], { axis }, { shape, dtype }) => {
  const target = rowMajor(shape);
  const lines = nest([target, updates!, indices!].map((layout) => withoutAxes(layout, [axis])));
  const [targetStep, updateStep, indexStep] = [target.strides[axis]!, updates!.strides[axis]!, indices!.strides[axis]!];
  const length = updates!.shape[axis]!;
  const size = shape[axis]!;
  return {
    fill: (result, values, positions) => {
      const sums = new Float64Array(size);
      forEachPoint(lines, ([to, from, at]) => {
        sums.fill(0);
        for (let index = 0; index < length; index++) {
          const position = positions![at! + index * indexStep]!;
          if (position >= 0 && position < size) sums[position]! += values![from! + index * updateStep]!;
        }
        for (let index = 0; index < size; index++) result[to! + index * targetStep] = castNumber(sums[index]!, dtype);
      });
    },
  };
};

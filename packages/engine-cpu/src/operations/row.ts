/** How are rows sorted, and summed up to each element? */
import { castNumber } from "@symloss/core/engine";
import { forEachPoint, nest, rowMajor, withoutAxes } from "../layout.ts";
import type { Row } from "../row.ts";

/** Indices are sorted by what stands there; a sort of JavaScript leaves equal ones as they are. */
export const argsort: Row<"argsort"> = ([x], { axis, descending }, { shape }) => {
  const target = rowMajor(shape);
  const rows = nest([target, x!].map((layout) => withoutAxes(layout, [axis])));
  const [targetStep, step] = [target.strides[axis]!, x!.strides[axis]!];
  const sign = descending ? -1 : 1;
  return {
    fill: (result, xs) =>
      forEachPoint(rows, ([to, from]) => {
        const at = (index: number): number => xs![from! + index * step]!;
        const compare = (left: number, right: number): number => {
          const [a, b] = [at(left), at(right)];
          if (a !== a || b !== b) return Number(a !== a) - Number(b !== b);
          return a === b ? 0 : a < b ? -sign : sign;
        };
        const order = Array.from({ length: shape[axis]! }, (_, index) => index).toSorted(compare);
        for (const [index, place] of order.entries()) result[to! + index * targetStep] = place;
      }),
  };
};

/** In float64, each sum rounded by itself. */
export const cumsum: Row<"cumsum"> = ([x], { axis, reverse }, { shape, dtype }) => {
  const target = rowMajor(shape);
  const rows = nest([target, x!].map((layout) => withoutAxes(layout, [axis])));
  const [targetStep, step] = [target.strides[axis]!, x!.strides[axis]!];
  const length = shape[axis]!;
  return {
    fill: (result, xs) =>
      forEachPoint(rows, ([to, from]) => {
        let total = 0;
        for (let count = 0; count < length; count++) {
          const index = reverse ? length - 1 - count : count;
          total += xs![from! + index * step]!;
          result[to! + index * targetStep] = castNumber(total, dtype);
        }
      }),
  };
};

/**
 * How are elementwise operations computed: each element of the result from those at the same position?
 * By core's definition for single numbers, in float64. The array rounds floats; integers are truncated and saturate, so that
 * they never wrap around.
 */
import { type BinaryOperation, type UnaryOperation, binaryScalar, castNumber, unaryScalar } from "@symloss/core/engine";
import { type Layout, forEachPoint, nest, rowMajor, splitRows } from "../layout.ts";
import type { Fill, Row } from "../row.ts";

/** One operand. */
export function unary<O extends UnaryOperation>(operation: O): Row<O> {
  const scalar = unaryScalar[operation];
  const saturated = (x: number): number => castNumber(scalar(x), "int32");
  return ([x], _, { dtype }) => ({ fill: mapOne(x!, dtype === "int32" ? saturated : scalar) });
}

/** Two operands. */
export function binary<O extends BinaryOperation>(operation: O): Row<O> {
  const scalar = binaryScalar[operation];
  const saturated = (x: number, y: number): number => castNumber(scalar(x, y), "int32");
  return ([x, y], _, { dtype }) => ({ fill: mapTwo(x!, y!, dtype === "int32" ? saturated : scalar) });
}

/** The other side is never read, so it has no influence. */
export const where: Row<"where"> = ([condition, x, y]) => {
  const { rows, length, step } = splitRows(nest([rowMajor(x!.shape), condition!, x!, y!]));
  const [, conditionStep, xStep, yStep] = step as [number, number, number, number];
  return {
    fill: (result, conditions, xs, ys) =>
      forEachPoint(rows, ([to, atCondition, atX, atY]) => {
        for (let index = 0; index < length; index++) {
          result[to! + index] =
            conditions![atCondition! + index * conditionStep] === 0
              ? ys![atY! + index * yStep]!
              : xs![atX! + index * xStep]!;
        }
      }),
  };
};

/** Conversion to another dtype. */
export const cast: Row<"cast"> = ([x], { dtype }) => ({ fill: mapOne(x!, (value) => castNumber(value, dtype)) });

function mapOne(x: Layout, scalar: (x: number) => number): Fill {
  const { rows, length, step } = splitRows(nest([rowMajor(x.shape), x]));
  const xStep = step[1]!;
  return (result, xs) =>
    forEachPoint(rows, ([to, atX]) => {
      for (let index = 0; index < length; index++) result[to! + index] = scalar(xs![atX! + index * xStep]!);
    });
}

function mapTwo(x: Layout, y: Layout, scalar: (x: number, y: number) => number): Fill {
  const { rows, length, step } = splitRows(nest([rowMajor(x.shape), x, y]));
  const [, xStep, yStep] = step as [number, number, number];
  return (result, xs, ys) =>
    forEachPoint(rows, ([to, atX, atY]) => {
      for (let index = 0; index < length; index++) {
        result[to! + index] = scalar(xs![atX! + index * xStep]!, ys![atY! + index * yStep]!);
      }
    });
}

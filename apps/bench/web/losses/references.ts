/** What are the references that are drawn beside losses? Runs in the worker. */
import { type Tensor, less, mul, square, sub, toFloat } from "@symloss/core";
import type { ReferenceName } from "./reference-names.ts";

/** A formula of targets and predictions. */
type Reference = (args: Readonly<Record<string, Tensor>>) => Tensor;

/** Every reference, by name. */
export const references: Readonly<Record<ReferenceName, Reference>> = {
  square: ({ targets, predictions }) => square(sub(predictions!, targets!)),
  zeroOne: ({ targets, predictions }) => toFloat(less(mul(predictions!, targets!), 0)),
};

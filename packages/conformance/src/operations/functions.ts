/** Which public function creates each elementwise operation? The one with its name. */
import * as core from "@symloss/core";
import type { BinaryOperation, UnaryOperation } from "@symloss/core/engine";

/** The functions of one tensor. */
export const unaryFunctions: { readonly [O in UnaryOperation]: (x: core.TensorLike) => core.Tensor } = core;

/** The functions of two tensors. */
export const binaryFunctions: {
  readonly [O in BinaryOperation]: (x: core.TensorLike, y: core.TensorLike) => core.Tensor;
} = core;

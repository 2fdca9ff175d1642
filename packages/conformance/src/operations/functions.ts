/** Which public function makes each elementwise operation? That of its name. */
import * as core from "@symloss/core";
import type { BinaryOperation, UnaryOperation } from "@symloss/core/engine";

/** Of one tensor. */
export const unaryFunctions: { readonly [O in UnaryOperation]: (x: core.TensorLike) => core.Tensor } = core;

/** Of two tensors. */
export const binaryFunctions: {
  readonly [O in BinaryOperation]: (x: core.TensorLike, y: core.TensorLike) => core.Tensor;
} = core;

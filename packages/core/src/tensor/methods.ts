/** Which methods does a tensor have? Each is the function of the same name with the tensor as its first argument. */
import type { DType } from "../array/dtype.ts";
import type { TensorLike, Tensor } from "./tensor.ts";
import type { Axes } from "../array/axes.ts";
import type { Shape } from "../array/shape.ts";

/** The axes to reduce, and whether they are kept with length 1. */
export interface ReductionOptions {
  /** One axis or several; null, the default, for all. */
  readonly axis?: Axes | undefined;
  /** Keep the reduced axes with length 1; default false. */
  readonly keepAxes?: boolean | undefined;
}

/** The axes themselves, or a record of options. */
export type ReductionArguments = Axes | ReductionOptions | undefined;

/** The options of a reduction that can leave entries out. */
export interface MaskedReductionOptions extends ReductionOptions {
  /** Which entries count: booleans, or numbers other than 0; broadcasts to the operand. By default all. */
  readonly mask?: TensorLike | undefined;
}

/** The axes themselves, or a record of options. */
export type MaskedReductionArguments = Axes | MaskedReductionOptions | undefined;

/** How elements are sorted. */
export interface SortOptions {
  /** The axis along which they are sorted; the last by default. */
  readonly axis?: number | undefined;
  /** The largest first; default false. */
  readonly descending?: boolean | undefined;
}

/** How elements are accumulated. */
export interface CumulativeOptions {
  /** The axis along which they are accumulated; the last by default. */
  readonly axis?: number | undefined;
  /** From the last to the first; default false. */
  readonly reverse?: boolean | undefined;
}

/** The methods of a tensor. Operands promote and broadcast as in NumPy; negative axes count from the end. */
export interface TensorMethods {
  /** this + other */
  add(other: TensorLike): Tensor;
  /** this - other */
  sub(other: TensorLike): Tensor;
  /** this * other, element by element */
  mul(other: TensorLike): Tensor;
  /** this / other; a quotient of integers is float32 */
  div(other: TensorLike): Tensor;
  /** this to the power other */
  pow(other: TensorLike): Tensor;
  /** the larger; NaN if either is */
  maximum(other: TensorLike): Tensor;
  /** the smaller; NaN if either is */
  minimum(other: TensorLike): Tensor;
  equal(other: TensorLike): Tensor;
  notEqual(other: TensorLike): Tensor;
  less(other: TensorLike): Tensor;
  lessEqual(other: TensorLike): Tensor;
  greater(other: TensorLike): Tensor;
  greaterEqual(other: TensorLike): Tensor;
  logicalAnd(other: TensorLike): Tensor;
  logicalOr(other: TensorLike): Tensor;
  logicalNot(): Tensor;
  neg(): Tensor;
  /** its derivative at 0 is 0 */
  abs(): Tensor;
  /** -1, 0 or 1 */
  sign(): Tensor;
  /** max(this, 0); its derivative at 0 is 0 */
  relu(): Tensor;
  exp(): Tensor;
  /** exp(this) - 1, exact near 0 */
  expm1(): Tensor;
  log(): Tensor;
  /** log(1 + this), exact near 0 */
  log1p(): Tensor;
  sqrt(): Tensor;
  square(): Tensor;
  tanh(): Tensor;
  /** the error function */
  erf(): Tensor;
  atan(): Tensor;
  /** the angle of the point (x, this) */
  atan2(x: TensorLike): Tensor;
  /** the logarithm of the absolute value of the gamma function */
  lgamma(): Tensor;
  /** the derivative of lgamma */
  digamma(): Tensor;
  sigmoid(): Tensor;
  /** log(1 + exp(this)) */
  softplus(): Tensor;
  /** this log(y); 0 log 0 = 0 */
  xlogy(y: TensorLike): Tensor;
  /** log(exp(this) + exp(other)), without overflow */
  logAddExp(other: TensorLike): Tensor;
  isNaN(): Tensor;
  /** limited to the range */
  clip(low: TensorLike, high: TensorLike): Tensor;
  cast(dtype: DType): Tensor;

  sum(options?: ReductionArguments): Tensor;
  /** NaN over an empty axis */
  mean(options?: ReductionArguments): Tensor;
  /** ties share the gradient */
  max(options?: ReductionArguments): Tensor;
  /** ties share the gradient */
  min(options?: ReductionArguments): Tensor;
  /** the population variance */
  variance(options?: ReductionArguments): Tensor;
  /** the root of the population variance; its derivatives are 0 where all elements are equal */
  standardDeviation(options?: ReductionArguments): Tensor;
  /** the Euclidean norm; its derivatives at 0 are 0 */
  norm(options?: ReductionArguments): Tensor;
  /** divided by its norm; 0 stays 0 */
  normalize(axis?: Axes): Tensor;
  /** int32; the first of ties, or the first NaN if there is one */
  argmax(options?: number | null | { readonly axis?: number | null; readonly keepAxes?: boolean }): Tensor;
  /** with a mask, only of the entries that it keeps */
  logSumExp(options?: MaskedReductionArguments): Tensor;
  softmax(axis?: number): Tensor;
  logSoftmax(axis?: number): Tensor;
  /** the sum up to each element */
  cumsum(options?: CumulativeOptions): Tensor;

  /** stable; NaN comes last */
  sort(options?: SortOptions): Tensor;
  /** int32: where the sorted elements stand */
  argsort(options?: SortOptions): Tensor;

  /** one length may be -1 */
  reshape(shape: Shape): Tensor;
  /** without a permutation, the axes are reversed */
  transpose(permutation?: readonly number[]): Tensor;
  expandDims(axis: number): Tensor;
  squeeze(axis?: Axes): Tensor;
  broadcastTo(shape: Shape): Tensor;
  slice(starts: readonly number[], stops?: readonly (number | undefined)[]): Tensor;
  pad(before: readonly number[], after: readonly number[]): Tensor;
  takeAlongAxis(indices: TensorLike, axis?: number): Tensor;
  /** the slices at these indices along the axis, the first by default */
  take(indices: TensorLike, axis?: number): Tensor;
  /** the elements must be class indices */
  oneHot(classes: number, dtype?: DType): Tensor;
  /** the matrix product */
  matmul(other: TensorLike): Tensor;
  /** gradients treat the result as a constant */
  stopGradient(): Tensor;
}

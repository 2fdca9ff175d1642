/** How is a power series summed? */
import { type Tensor, type TensorLike, mul } from "@symloss/core";

/** The sum of coefficients times powers of x, the first times 1. */
export function polynomial(x: Tensor, coefficients: readonly number[]): Tensor {
  const [last, ...lower] = coefficients.toReversed();
  return lower.reduce<TensorLike>((sum, coefficient) => mul(x, sum).add(coefficient), last!) as Tensor;
}

/** Whether a series needs the terms that only float64 has digits for. */
export function isWide({ dtype }: Tensor): boolean {
  return dtype === "float64";
}

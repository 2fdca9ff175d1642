/** How is a polynomial evaluated, of a number and of a tensor? By Horner's rule. */
import { add, mul } from "../tensor/elementwise.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";

/** c0 + c1 x + c2 x^2 + .. of a number. */
export function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let power = coefficients.length - 1; power >= 0; power--) sum = sum * x + coefficients[power]!;
  return sum;
}

/** The same, of a tensor. */
export function polynomialOfTensor([lowest, ...rest]: readonly number[], x: Tensor): Tensor {
  const [highest, ...next] = rest.toReversed();
  const start: TensorLike = next.reduce<TensorLike>((sum, coefficient) => add(mul(sum, x), coefficient), highest!);
  return add(mul(start, x), lowest!);
}

/** What is the logarithm of a probability that may be 0? */
import { type Tensor, customGradient } from "@symloss/core";

/**
 * log(max(p, epsilon)), with the gradient 1 / max(p, epsilon) also where it is clipped: that of the maximum itself is 0 there, and a model
 * that is wrong and sure would never recover.
 */
export function clippedLog(probabilities: Tensor, epsilon: number): Tensor {
  if (epsilon === 0) return probabilities.log();
  return customGradient((p: Tensor) => {
    const clipped = p.maximum(epsilon);
    return { value: clipped.log(), gradient: (g) => [g.div(clipped)] };
  })(probabilities);
}

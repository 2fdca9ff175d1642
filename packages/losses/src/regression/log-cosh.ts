/** Which loss is nearly quadratic for small errors, nearly linear for large ones, and smooth everywhere? */
import { type Tensor, customGradient, where } from "@symloss/core";
import { type LossOf, defineLoss } from "../definition.ts";

const declaration = {
  name: "logCosh",
  arguments: {
    /** [..] what should have been predicted. */
    targets: "[..]",
    /** [..] what was predicted. */
    predictions: "[..]",
  },
  broadcasts: "oneSided",
  options: {},
  results: { loss: "[..]" },
} as const;

/**
 * The logarithm of the hyperbolic cosine of each error, of targets [..] and predictions [..], one of which has the shape of the result.
 *
 * With e = predictions - targets: log cosh e, close to e^2 / 2 for small errors and to |e| - log 2 for large ones; from 0. Its gradient
 * is tanh e; there is no kink.
 * Throws `ShapeError` if neither has the shape of both together.
 *
 * @formula \log \cosh e, \quad e = \hat y - y
 * @source P. Chen, G. Chen, S. Zhang, Log hyperbolic cosine loss improves variational auto-encoder (2019).
 * @peers Keras, TensorFlow.js and optax compute e + softplus(-2e) - log 2, which loses its digits near an error of 0; here they are
 *   kept.
 * @example await evaluate(logCosh([0, 0, 0], [0.01, 1, 100]), { engine }) // [0.00005, 0.4337808, 99.3069]
 */
export const logCosh: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(targets: Tensor, predictions: Tensor): Tensor {
  return logCoshOf(predictions.sub(targets));
}

/** The gradient is given as a formula, because the form that is not taken may be infinite. */
const logCoshOf = /* @__PURE__ */ customGradient((error: Tensor) => {
  const slope = error.tanh();
  const size = error.abs();
  // Since cosh^-2 = 1 - tanh^2. From 1 on that form loses digits, and below 1 the other one does.
  const near = slope.square().neg().log1p().mul(-0.5);
  const far = size.add(size.mul(-2).softplus()).sub(Math.LN2);
  return { value: where(size.less(1), near, far), gradient: (g) => [g.mul(slope)] };
});

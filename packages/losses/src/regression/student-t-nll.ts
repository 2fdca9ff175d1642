/** How unlikely is each target under a Student distribution around its prediction? */
import { type Tensor, broadcastTogether, customGradient, div, sub, where } from "@symloss/core";
import { type LossOf, defineLoss } from "../definition.ts";
import { excessQuotient } from "../distribution/excess.ts";
import { halfStepRest } from "../distribution/gamma.ts";
import { logTwoPi } from "../distribution/normal.ts";

const declaration = {
  name: "studentTNll",
  arguments: {
    /** [..] what should have been predicted. */
    targets: "[..]",
    /** [..] the median of each target. */
    locations: "[..]",
    /** [..] the scale of each target's distribution, above 0. */
    scales: { shape: "[..]", elements: "positive" },
    /** [..] the degrees of freedom of each target's distribution, above 0. */
    degrees: { shape: "[..]", elements: "positive" },
  },
  broadcasts: "oneSided",
  options: {},
  results: { loss: "[..]" },
} as const;

/**
 * The negative log likelihood of targets [..] under Student's t distributions of the given locations [..], scales [..] and degrees [..] of
 * freedom; of any two, one has the shape of the result.
 *
 * With z = (targets - locations) / scales: log scales + (degrees + 1) / 2 log(1 + z^2 / degrees), and what depends on degrees alone, in
 * nats. Degree 1 is the Cauchy distribution; of large degrees, where it becomes the normal distribution, value and gradients keep their
 * digits, as they do of errors too large to be squared. The scale is not the standard deviation, which is larger, or infinite up to degree 2.
 * Throws `ShapeError` if of two neither has the shape of both together and `OutOfRangeError` if a scale or degree from the host is not
 * above 0.
 *
 * @formula \log \frac{\Gamma(\nu / 2)}{\Gamma((\nu + 1) / 2)} + \frac{1}{2} \log(\nu \pi) + \log s + \frac{\nu + 1}{2} \log \left( 1 + \frac{z^2}{\nu} \right), \quad z = \frac{y - \mu}{s}
 * @source K. L. Lange, R. J. A. Little, J. M. G. Taylor, Robust statistical modeling using the t distribution, JASA 84 (1989).
 * @peers Minus `log_prob` of `StudentT` in PyTorch and TensorFlow Probability, where the gradient by large degrees is rounding noise.
 * @example await evaluate(studentTNll([0, 2], [0, 1], [1, 1], [1, 2]), { engine }) // [1.14473, 1.647918]
 */
export const studentTNll: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(targets: Tensor, locations: Tensor, scales: Tensor, degrees: Tensor): Tensor {
  const names = ["targets", "scales", "degrees"];
  const operands = broadcastTogether(declaration.name, names, [targets.sub(locations), scales, degrees]) as Operands;
  return spread(...operands).add(halfStepRest(degrees.mul(0.5)).add(logTwoPi / 2));
}

type Operands = [error: Tensor, scales: Tensor, degrees: Tensor];

/** What depends on errors, with gradients in which nothing is subtracted that is nearly equal. */
const spread = /* @__PURE__ */ customGradient<Operands>((error, scales, degrees) => {
  const { isFar, z, root, ratio, square, logarithm } = tailOf(error, scales, degrees);
  return {
    value: scales.log().add(degrees.add(1).mul(0.5).mul(logarithm)),
    gradient: (g) => {
      const share = where(isFar, 1, square.div(square.add(1)));
      const slope = where(isFar, div(1, where(isFar, error, 1)), ratio.div(square.add(1)).div(root).div(scales));
      const fit = where(isFar, degrees.neg(), sub(1, z).div(square.add(1)).mul(z.add(1)));
      const excess = share.square().mul(excessQuotient(share.neg(), logarithm.neg()));
      return [g.mul(degrees.add(1)).mul(slope), g.mul(fit).div(scales), g.mul(0.5).mul(excess.sub(share.div(degrees)))];
    },
  };
});

/** log(1 + ratio^2) of the ratio z / sqrt(degrees); where it is so large that the 1 is lost, from logarithms, for no square to overflow. */
function tailOf(error: Tensor, scales: Tensor, degrees: Tensor) {
  const root = degrees.sqrt();
  const whole = error.div(scales);
  const isFar = whole
    .div(root)
    .abs()
    .greater(2 ** 50);
  const z = where(isFar, 0, whole);
  const ratio = z.div(root);
  const square = ratio.square();
  const far = where(isFar, error, 1).abs().log().sub(scales.log()).mul(2).sub(degrees.log());
  return { isFar, z, root, ratio, square, logarithm: where(isFar, far, square.log1p()) };
}

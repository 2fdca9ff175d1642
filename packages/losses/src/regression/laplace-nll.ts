/** How unlikely is each target under a Laplace distribution around its prediction? */
import type { Tensor } from "@symloss/core";
import { type LossOf, defineLoss } from "../definition.ts";

const declaration = {
  name: "laplaceNll",
  arguments: {
    /** [..] what should have been predicted. */
    targets: "[..]",
    /** [..] the median of each target. */
    locations: "[..]",
    /** [..] the mean distance of each target from its median, above 0. */
    scales: { shape: "[..]", elements: "positive" },
  },
  broadcasts: "oneSided",
  options: {},
  results: { loss: "[..]" },
} as const;

/**
 * The negative log likelihood of targets [..] under Laplace distributions of the given locations [..] and scales [..]; of any two, one has
 * the shape of the result.
 *
 * |targets - locations| / scales + log(2 scales), in nats. At an exact location its gradient by targets and locations is 0.
 * Throws `ShapeError` if of two neither has the shape of both together and `OutOfRangeError` if a scale from the host is not above 0.
 *
 * @formula \frac{|y - \mu|}{b} + \log(2 b)
 * @source P.-S. Laplace, Mémoire sur la probabilité des causes par les événements (1774).
 * @peers The same as minus `log_prob` of `Laplace` in PyTorch and TensorFlow Probability.
 * @example await evaluate(laplaceNll([0, 3], [0, 1], [0.5, 1]), { engine }) // [0, 2.693147]
 */
export const laplaceNll: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(targets: Tensor, locations: Tensor, scales: Tensor): Tensor {
  return targets.sub(locations).abs().div(scales).add(scales.mul(2).log());
}

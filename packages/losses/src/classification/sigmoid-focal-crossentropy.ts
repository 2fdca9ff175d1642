/** Which binary cross entropy gives easy cases little weight? */
import { type Tensor, broadcastTogether, customGradient, sub, weightedBy, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { smoothedBinary } from "./labels.ts";
import { surprise } from "./surprise.ts";
const declaration = {
  name: "sigmoidFocalCrossentropyLogits",
  arguments: {
    /** [..] the probability that the answer is yes: 0, 1 or between. */
    labels: { shape: "[..]", elements: "probability" },
    /** [..] the log odds of a yes. */
    logits: "[..]",
  },
  broadcasts: "oneSided",
  options: {
    /** How little easy cases count, 0 or above; a tensor has a gradient. Default 2. */
    gamma: { kind: "tensor", shape: "[..]", must: "nonNegative", default: 2 },
    /** What a yes counts, from 0 to 1, where a no counts the rest; a tensor has a gradient. By default both count 1. */
    alpha: { kind: "tensor", shape: "[..]", must: "unitInterval" },
    /** The share of each label that is replaced by 1/2, from 0 to 1; a tensor has a gradient. Default 0. */
    labelSmoothing: { kind: "tensor", shape: "[..]", must: "unitInterval" },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The focal loss of labels [..] and sigmoid(logits [..]), element by element; one of them has the shape of the result.
 *
 * The cross entropy times the gamma-th power of the probability of being wrong, labels (1 - p) + (1 - labels) p with p = sigmoid(logits),
 * and with alpha times alpha labels + (1 - alpha) (1 - labels); in nats, from 0. Gamma 0 without alpha is `sigmoidCrossentropyLogits`.
 * Smoothing makes (1 - labelSmoothing) labels + labelSmoothing / 2 of labels everywhere.
 * Throws `ShapeError` if neither has the shape of both together and `OutOfRangeError` if an option is out of its range, or a label from the
 * host not from 0 to 1.
 *
 * @formula A \, m^\gamma \left( -q \log \sigma(x) - (1 - q) \log \sigma(-x) \right), \quad m = q \sigma(-x) + (1 - q) \sigma(x), \quad A = \alpha q + (1 - \alpha)(1 - q)
 * @source T.-Y. Lin, P. Goyal, R. Girshick, K. He, P. Dollár, Focal loss for dense object detection, ICCV (2017).
 * @peers alpha is off here and in optax; torchvision has 0.25, and Keras 0.25 with apply_class_balancing. A power of a probability has an
 *   infinite slope where it is 0 and gamma below 1, and many give NaN there.
 * @example await evaluate(sigmoidFocalCrossentropyLogits([1, 0], [0, -100]), { engine }) // [0.1732868, 0]
 */
export const sigmoidFocalCrossentropyLogits: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(
  labels: Tensor,
  logits: Tensor,
  { gamma, alpha, labelSmoothing }: OptionsFor<typeof declaration>,
): Tensor {
  const yes = smoothedBinary(labels, labelSmoothing);
  const no = sub(1, yes);
  const loss = surprise(yes, no, logits).mul(powerOfMistake(yes, logits, gamma));
  return alpha === undefined ? loss : loss.mul(alpha.mul(yes).add(sub(1, alpha).mul(no)));
}

/** m^gamma of the probability of being wrong, m = yes sigmoid(-x) + (1 - yes) sigmoid(x). */
function powerOfMistake(yes: Tensor, logits: Tensor, gamma: Tensor): Tensor {
  const names = ["labels", "logits", "gamma"];
  return power(...(broadcastTogether(declaration.name, names, [yes, logits, gamma]) as Operands));
}

type Operands = [yes: Tensor, logits: Tensor, gamma: Tensor];

/** Its slopes are m^gamma times those of its logarithm, which are finite where the power of a tiny m has none. */
const power: (...operands: Operands) => Tensor = /* @__PURE__ */ customGradient<Operands>((yes, x, gamma) => {
  const [right, wrong] = [x.sigmoid(), x.neg().sigmoid()];
  const mistake = yes.mul(wrong).add(sub(1, yes).mul(right));
  const value = mistake.pow(gamma);
  return {
    value,
    gradient: (g) => {
      const whole = power(yes, x, gamma).mul(g);
      const safe = where(mistake.equal(0), 1, mistake);
      // (1 - 2 yes) right wrong / m, without the quotient of tiny numbers.
      const odds = where(yes.equal(0), 0, yes.div(right)).add(where(yes.equal(1), 0, sub(1, yes).div(wrong)));
      return [
        whole.mul(gamma).mul(wrong.sub(right)).div(safe),
        whole
          .mul(gamma)
          .mul(sub(1, yes.mul(2)))
          .div(odds),
        weightedBy(mistake.log(), whole),
      ];
    },
  };
});

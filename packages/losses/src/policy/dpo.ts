/** Which loss teaches a language model the better of two answers, near a reference? */
import { type Tensor, sub } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";

const declaration = {
  name: "dpo",
  arguments: {
    /** [..] the log probability of the better answer: the sum over its tokens. */
    chosen: { shape: "[..]", elements: "logProbability" },
    /** [..] that of the worse answer. */
    rejected: { shape: "[..]", elements: "logProbability" },
    /** [..] that of the better answer under the reference. */
    referenceChosen: { shape: "[..]", elements: "logProbability" },
    /** [..] that of the worse answer under the reference. */
    referenceRejected: { shape: "[..]", elements: "logProbability" },
  },
  broadcasts: "oneSided",
  options: {
    /** How near the model is to stay to the reference, above 0; a tensor has a gradient. Default 0.1. */
    beta: { kind: "tensor", shape: "[..]", must: "positive", default: 0.1 },
    /** The share of pairs that are the wrong way round, from 0 to 1; a tensor has a gradient. Default 0. */
    labelSmoothing: { kind: "tensor", shape: "[..]", must: "unitInterval", default: 0 },
    /** "sigmoid", "robust" (to pairs that are the wrong way round), "hinge" or "ipo". Default "sigmoid". */
    variant: { kind: "choice", choices: ["sigmoid", "robust", "hinge", "ipo"], default: "sigmoid" },
  },
  results: { loss: "[..]", margin: "[..]" },
} as const;

type Variant = (typeof declaration)["options"]["variant"]["choices"][number];

/**
 * The loss of direct preference optimisation of the log probabilities of chosen [..] and rejected [..] answers and of the same under a
 * reference, [..] each; the results are [..], the loss and the margin between the implicit rewards.
 *
 * In nats, from 0 with the variant "sigmoid". labelSmoothing is for "sigmoid" and "robust", which is not defined at one half. For "ipo" the
 * log probabilities are usually means over tokens and not sums: that is the caller's choice.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if beta is not above 0, labelSmoothing outside of 0 to 1, or the
 * variant unknown.
 *
 * @formula \log(1 + e^{-\beta h}), \quad h = (\log \pi_c - \log \rho_c) - (\log \pi_r - \log \rho_r)
 * @source R. Rafailov et al., Direct preference optimization, NeurIPS (2023); "ipo": M. G. Azar et al., A general theoretical paradigm to
 *   understand learning from human preferences (2023); "robust": S. Ray Chowdhury et al., Provably robust DPO (2024).
 * @peers TRL `DPOTrainer(loss_type)` has these variants and more; its "ipo" takes means over tokens. torchtune `DPOLoss` is "sigmoid".
 * @example (await evaluate(dpo([-1], [-2], [-1], [-1]), { engine })).margin // [0.1]
 */
export const dpo: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(
  chosen: Tensor,
  rejected: Tensor,
  referenceChosen: Tensor,
  referenceRejected: Tensor,
  { beta, labelSmoothing, variant }: OptionsFor<typeof declaration>,
): { readonly loss: Tensor; readonly margin: Tensor } {
  const lead = chosen.sub(referenceChosen).sub(rejected.sub(referenceRejected));
  return { loss: variants[variant](lead, beta, labelSmoothing), margin: lead.mul(beta) };
}

/** What a lead over the reference costs. */
const variants: { readonly [V in Variant]: (lead: Tensor, beta: Tensor, smoothing: Tensor) => Tensor } = {
  sigmoid: (lead, beta, smoothing) => {
    const [right, wrong] = oddsOf(lead.mul(beta));
    return sub(1, smoothing).mul(right).add(smoothing.mul(wrong));
  },
  robust: (lead, beta, smoothing) => {
    const [right, wrong] = oddsOf(lead.mul(beta));
    return sub(1, smoothing)
      .mul(right)
      .sub(smoothing.mul(wrong))
      .div(sub(1, smoothing.mul(2)));
  },
  hinge: (lead, beta) => sub(1, lead.mul(beta)).relu(),
  ipo: (lead, beta) => lead.sub(beta.mul(2).pow(-1)).square(),
};

/** How improbable a margin makes it that the pair is the right way round, and the wrong way, in nats. */
function oddsOf(margin: Tensor): readonly [right: Tensor, wrong: Tensor] {
  return [margin.neg().softplus(), margin.softplus()];
}

/** How many nats does a score need for its side? */
import type { Tensor } from "@symloss/core";
import { type LossOf, defineLoss } from "../definition.ts";
import { marginOf } from "./hinge.ts";
const declaration = {
  name: "softMargin",
  arguments: {
    /** [..] scores, the raw output of a classifier. */
    predictions: "[..]",
    /** [..] -1 or 1. */
    targets: { shape: "[..]", elements: "sign" },
  },
  broadcasts: "oneSided",
  options: {},
  results: { loss: "[..]" },
} as const;

/**
 * The logistic loss of scores predictions [..] for targets [..] of -1 or 1, element by element; one of them has the shape of the result.
 *
 * log(1 + exp(-targets predictions)), in nats, from 0: `sigmoidCrossentropyLogits` for labels of -1 and 1.
 * Throws `ShapeError` if neither has the shape of both together and `OutOfRangeError` if a target from the host is neither -1 nor 1.
 *
 * @formula \log(1 + e^{-y \hat y})
 * @source M. Collins, R. E. Schapire, Y. Singer, Logistic regression, AdaBoost and Bregman distances, Machine Learning 48 (2002).
 * @peers SoftMarginLoss of PyTorch computes the exponential as it is written, which overflows.
 * @example await evaluate(softMargin([0, 1000], [1, -1]), { engine }) // [0.6931472, 1000]
 */
export const softMargin: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(predictions: Tensor, targets: Tensor): Tensor {
  return marginOf(declaration.name, predictions, targets).neg().softplus();
}

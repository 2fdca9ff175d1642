/** How many nats do probabilities of classes need for a class? */
import { type Tensor, check, sub } from "@symloss/core";
import { clippedFrom } from "../clip.ts";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { pick, withoutIgnored } from "./labels.ts";
import { normalizeRows } from "./normalize-rows.ts";
const declaration = {
  name: "sparseCategoricalCrossentropy",
  arguments: {
    /** [..] the index of the class, counted from 0. */
    labels: { shape: "[..]", elements: "classIndex", except: "ignoreIndex" },
    /** [.., classes] the predicted probability of each class. */
    probabilities: { shape: "[.., classes]", elements: "probability", check: "none" },
  },
  options: {
    /** The label of rows that cost exactly 0, whatever they hold; it may be no class. By default there is none. */
    ignoreIndex: { kind: "int" },
    /** Whether to divide each row by its sum first. Default false. */
    normalize: { kind: "flag", default: false },
    /** What a probability counts at least, 0 or above. Default 1e-7. */
    epsilon: { kind: "number", must: "nonNegative", default: 1e-7 },
    /** The axis of classes. Default -1. */
    axis: { kind: "axis", of: "classes", default: -1 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The cross entropy of class indices labels [..] and probabilities [.., classes]; the result is [..]. From logits use
 * `sparseSoftmaxCrossentropyLogits`, which is exact.
 *
 * -log(max(probabilities_label, epsilon)), in nats, from 0. What is clipped keeps the gradient of epsilon. With epsilon 0 an impossible
 * class costs Infinity. An ignored row is exactly 0, value and gradient; normalize leaves a row of zeros as it is.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if epsilon is below 0, labels from the host are not integers from 0 to
 * classes - 1 or ignoreIndex, or, without ignoreIndex, a probability from the host is not from 0 to 1.
 *
 * @formula -\log \max(p_y, \epsilon)
 * @source I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 3.13.
 * @peers Keras and tfjs-layers normalise rows first, as `normalize` does here; tfjs-layers clips even logits, before it takes them for
 *   such.
 * @example await evaluate(sparseCategoricalCrossentropy([1, -1], [[0.5, 0.5], [1, 0]], { ignoreIndex: -1 }), { engine }) // [0.6931472, 0]
 */
export const sparseCategoricalCrossentropy: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(
  labels: Tensor,
  probabilities: Tensor,
  { ignoreIndex, normalize, epsilon }: OptionsFor<typeof declaration>,
): Tensor {
  const kept = withoutIgnored(labels, checked(probabilities, ignoreIndex), ignoreIndex);
  const rows = normalize ? normalizeRows(kept.rows) : kept.rows;
  return kept.finish(sub(0, clippedFrom(pick(rows, kept.labels), epsilon).log()));
}

/** Rows that are ignored may hold anything. */
function checked(probabilities: Tensor, ignoreIndex: number | undefined): Tensor {
  if (ignoreIndex !== undefined) return probabilities;
  return check(declaration.name, "probabilities", probabilities, { kind: "unitInterval" });
}

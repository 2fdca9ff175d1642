/** What does a class cost whose probability is exactly 0 beyond a margin? */
import { type Tensor, arange, customGradient, sort, stopGradient, weightedBy, zeros } from "@symloss/core";
import { type LossOf, defineLoss } from "../definition.ts";
import { rightClass } from "./labels.ts";
const declaration = {
  name: "multiclassSparsemax",
  arguments: {
    /** [..] the index of the class, counted from 0. */
    labels: { shape: "[..]", elements: "classIndex" },
    /** [.., classes] the score of each class. */
    logits: "[.., classes]",
  },
  options: {},
  results: { loss: "[..]" },
} as const;

/**
 * The sparsemax loss of class indices labels [..] and logits [.., classes]; the result is [..].
 *
 * With p = sparsemax(logits) = max(0, logits - t), where t makes the sum of p 1, it is (1 + sum_c p_c (logits_c + t)) / 2 - logits_label,
 * from 0; exactly 0 where the label leads all other classes by 1. Its gradient is p less 1 at the label.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if labels from the host are not integers from 0 to classes - 1.
 *
 * @formula -x_y + \frac{1}{2} \sum_{c \in S} (x_c^2 - \tau^2) + \frac{1}{2}, \quad S = \{c : x_c > \tau\}, \quad \sum_{c \in S} (x_c - \tau) = 1
 * @source A. F. T. Martins, R. F. Astudillo, From softmax to sparsemax, ICML (2016).
 * @peers optax has the same, without leading axes, and shifts a row by the logit of its label, which loses the digits of large logits.
 * @example await evaluate(multiclassSparsemax([0, 1], [[0, 0], [0, 2]]), { engine }) // [0.25, 0]
 */
export const multiclassSparsemax: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(labels: Tensor, logits: Tensor): Tensor {
  const right = rightClass(declaration.name, logits, labels).cast(logits.dtype);
  return excess(logits, right);
}

const excess = /* @__PURE__ */ customGradient((logits: Tensor, right: Tensor) => {
  // From the largest, so that what is squared is at most 1.
  const shifted = logits.sub(stopGradient(logits.max({ axis: -1, keepAxes: true })));
  const threshold = thresholdOf(shifted);
  const shares = shifted.sub(threshold).relu();
  const value = weightedBy(shifted.add(threshold), shares)
    .sum(-1)
    .add(1)
    .mul(0.5)
    .sub(weightedBy(shifted, right).sum(-1));
  return { value, gradient: (g) => [shares.sub(right).mul(g.expandDims(-1)), zeros(right.shape, right.dtype)] };
});

/** [.., 1] The largest of (sum of the k largest - 1) / k, which is that of the support. */
function thresholdOf(rows: Tensor): Tensor {
  const counts = arange(rows.shape.at(-1) as number, rows.dtype).add(1);
  return sort(rows, { descending: true }).cumsum().sub(1).div(counts).max({ axis: -1, keepAxes: true });
}

/** How far do labels and clusters agree on which samples belong together, beyond chance? */
import { type Tensor, ones, sub } from "@symloss/core";
import { type LossOf, defineLoss } from "../definition.ts";
import { quotient } from "../metrics/quotient.ts";
import { groupSizes } from "./groups.ts";

const declaration = {
  name: "adjustedRandIndex",
  arguments: {
    /** [batch] the true label of each sample, whatever the numbers are. */
    labels: { shape: "[batch]", elements: "label" },
    /** [batch] the cluster of each sample, whatever the numbers are. */
    predictions: { shape: "[batch]", elements: "label" },
  },
  differentiable: false,
  options: {},
  results: { loss: "[]" },
} as const;

/**
 * How far labels [batch] and predictions [batch] agree on which pairs of samples belong together, beyond what is expected of clusters of
 * their sizes, a scalar.
 *
 * At most 1, to be maximised; 0 is chance. It does not depend on how labels and clusters are named. 1 if both put all samples together, or
 * each by itself; NaN of an empty batch. It has no gradient.
 * Throws `ShapeError` if the shapes do not fit.
 *
 * @formula \frac{s - a b}{\frac{a + b}{2} - a b}, \quad s, a, b = \text{the shares of pairs that share both, their label, their cluster}
 * @source L. Hubert, P. Arabie, Comparing partitions, Journal of Classification 2 (1985).
 * @peers The same as `adjusted_rand_score` of scikit-learn and torchmetrics.
 * @example await evaluate(adjustedRandIndex([0, 0, 1, 1], [0, 0, 1, 2]), { engine }) // 0.5714286
 */
export const adjustedRandIndex: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(labels: Tensor, predictions: Tensor): Tensor {
  const sizes = groupSizes(labels, predictions);
  const others = ones(labels.shape, "int32").sum().sub(1);
  // Of all other samples the share that is with a sample, in the mean: so no count of pairs becomes too large.
  const shareOf = (size: Tensor): Tensor => quotient(size.sub(1), others, 1).mean();
  const [both, label, cluster] = [sizes.ofBoth, sizes.ofLabel, sizes.ofCluster].map(shareOf) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const expected = label.mul(cluster);
  return quotient(sub(both, expected), label.add(cluster).div(2).sub(expected), 1);
}

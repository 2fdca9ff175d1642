/** How much do clusters say about labels, relative to how much there is to say? */
import { type Tensor, ones, sqrt, toFloat, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { quotient } from "../metrics/quotient.ts";
import { groupSizes } from "./groups.ts";

const declaration = {
  name: "normalizedMutualInformation",
  arguments: {
    /** [batch] the true label of each sample, whatever the numbers are. */
    labels: { shape: "[batch]", elements: "label" },
    /** [batch] the cluster of each sample, whatever the numbers are. */
    predictions: { shape: "[batch]", elements: "label" },
  },
  differentiable: false,
  options: {
    /** Which mean of the entropies of labels and clusters divides. Default "arithmetic". */
    average: { kind: "choice", choices: ["arithmetic", "min", "geometric", "max"], default: "arithmetic" },
  },
  results: { loss: "[]" },
} as const;

/**
 * The mutual information of labels [batch] and predictions [batch] over a mean of their entropies, a scalar.
 *
 * From 0 to 1, to be maximised; not adjusted for chance, so that many small clusters score high. It does not depend on how labels and
 * clusters are named. If both put all samples together it is 1, if only one does, 0; NaN of an empty batch. It has no gradient.
 * Throws `ShapeError` if the shapes do not fit, and `OutOfRangeError` if the average is unknown.
 *
 * @formula \frac{I(y; \hat y)}{\operatorname{mean}(H(y), H(\hat y))}, \quad I = \sum_{ij} p_{ij} \log \frac{p_{ij}}{p_i\, p_j}
 * @source A. Strehl, J. Ghosh, Cluster ensembles, Journal of Machine Learning Research 3 (2002).
 * @peers The same as `normalized_mutual_info_score` of scikit-learn; torchmetrics gives 0 if both put all samples together.
 * @example await evaluate(normalizedMutualInformation([0, 0, 1, 1], [0, 0, 1, 2]), { engine }) // 0.8
 */
export const normalizedMutualInformation: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(labels: Tensor, predictions: Tensor, { average }: OptionsFor<typeof declaration>): Tensor {
  const { ofBoth, ofLabel, ofCluster } = groupSizes(labels, predictions);
  const batch = toFloat(ones(labels.shape, "int32").sum());
  // Means over samples, each of which has the probability of its group.
  const information = batch.mul(ofBoth).div(toFloat(ofLabel).mul(ofCluster)).log().mean().maximum(0);
  const [ofLabels, ofClusters] = [ofLabel, ofCluster].map((size) => batch.div(size).log().mean()) as [Tensor, Tensor];
  const bothTrivial = ofLabels.equal(0).logicalAnd(ofClusters.equal(0));
  return where(bothTrivial, 1, quotient(information, means[average](ofLabels, ofClusters), 0));
}

const means = {
  arithmetic: (left: Tensor, right: Tensor): Tensor => left.add(right).div(2),
  min: (left: Tensor, right: Tensor): Tensor => left.minimum(right),
  geometric: (left: Tensor, right: Tensor): Tensor => sqrt(left).mul(sqrt(right)),
  max: (left: Tensor, right: Tensor): Tensor => left.maximum(right),
};

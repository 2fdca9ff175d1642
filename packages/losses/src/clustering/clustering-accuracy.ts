/** How pure are clusters, when each is named after its most frequent label? */
import { OutOfRangeError, type Tensor, arange, checkClassIndices, ones, segmentSum, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";

const declaration = {
  name: "clusteringAccuracy",
  arguments: {
    /** [batch] the true labels, counted from 0. */
    labels: { shape: "[batch]", elements: "classIndex" },
    /** [batch] the cluster of each sample, counted from 0. */
    predictions: { shape: "[batch]", elements: "classIndex" },
    /** How many clusters there are. */
    clusters: { shape: "[]", elements: "count" },
  },
  options: {
    /** How many labels there are; by default as many as clusters. */
    labelCount: { kind: "count" },
  },
  results: { loss: "[]" },
} as const;

/**
 * The purity of clusters: the share of samples that carry the most frequent label of their cluster.
 * Labels [batch] and predictions [batch] are integers; the result is a scalar.
 *
 * sum over clusters of max over labels of (samples in the cluster with the label) / samples; from 0 to 1, NaN of an
 * empty batch. It has no gradient. Several clusters may be named after the same label.
 * Throws `ShapeError` if the shapes do not fit, and `OutOfRangeError` if a count is not an integer of at least 1, labels or predictions
 * from the host are out of range, or a batch of more than 4096 has more than 2^24 pairs of a cluster and a label.
 *
 * @formula \frac{1}{n} \sum_k \max_l |\{i : \hat y_i = k, y_i = l\}|
 * @source C. D. Manning, P. Raghavan, H. Schütze, Introduction to Information Retrieval (2008), section 16.3.
 * @peers torchmetrics and scikit-learn have no purity; what they call accuracy of clusters matches them one to one.
 * @seed The same; it never counted labels beyond the number of clusters, which here are an error.
 * @example await evaluate(clusteringAccuracy([0, 0, 1, 1], [1, 1, 0, 1], 2), { engine }) // 0.75
 */
export const clusteringAccuracy: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(
  labels: Tensor,
  predictions: Tensor,
  clusters: number,
  { labelCount = clusters }: OptionsFor<typeof declaration>,
): Tensor {
  const label = checkClassIndices(declaration.name, "labels", labels, labelCount);
  const cluster = checkClassIndices(declaration.name, "predictions", predictions, clusters);
  const batch = labels.shape[0]!;
  if (batch === 0) return bestByTable({ label, cluster }, 1, 1);
  const cells = clusters * labelCount;
  if (typeof batch === "number" && batch <= mostPairs && batch * batch < cells)
    return bestByPairs({ label, cluster }, batch);
  if (cells <= mostCells) return bestByTable({ label, cluster }, clusters, labelCount);
  throw new OutOfRangeError(
    `${declaration.name}: clusters times labels must be at most ${mostCells} for a batch of more than ${mostPairs}, ` +
      `got ${clusters} times ${labelCount} for ${labels}. Give labelCount if there are fewer labels than clusters.`,
  );
}

/** Where a table has as many cells, indices are exact on every engine; and what counts pairs instead of cells has no more of them. */
const mostCells = 2 ** 24;
const mostPairs = 2 ** 12;

interface Samples {
  readonly label: Tensor;
  readonly cluster: Tensor;
}

/** From how many samples there are of each label in each cluster. */
function bestByTable({ label, cluster }: Samples, clusters: number, labelCount: number): Tensor {
  const cell = cluster.mul(labelCount).add(label);
  const counts = segmentSum(ones(label.shape, "int32"), cell, clusters * labelCount).reshape([clusters, labelCount]);
  return counts.max(1).sum().div(counts.sum());
}

/** From which samples share their cluster and label: a large table would be nearly empty. */
function bestByPairs({ label, cluster }: Samples, batch: number): Tensor {
  const together = cluster.expandDims(1).equal(cluster);
  const alike = together.logicalAnd(label.expandDims(1).equal(label)).sum(1);
  const best = where(together, alike, 0).max(1);
  const isFirstOfCluster = together.argmax(1).equal(arange(batch));
  return where(isFirstOfCluster, best, 0).sum().div(batch);
}

/** How pure are clusters, when each is named after its most frequent label? */
import { type TensorLike, checkClassIndices, oneHot } from "@symloss/core";
import { type Loss, defineLoss } from "../definition.ts";

/** The arguments of `clusteringAccuracy` by name. */
export interface ClusteringAccuracyArguments {
  /** [batch] the true labels, counted from 0. */
  readonly labels: TensorLike;
  /** [batch] the cluster of each sample, counted from 0. */
  readonly predictions: TensorLike;
  /** How many clusters there are. */
  readonly clusters: number;
}

/** The options of `clusteringAccuracy`. */
export interface ClusteringAccuracyOptions {
  /** How many labels there are; by default as many as clusters. */
  readonly labelCount?: number | undefined;
}

const name = "clusteringAccuracy";

/**
 * The purity of clusters: the share of samples that carry the most frequent label of their cluster.
 * Labels [batch] and predictions [batch] are integers; the result is a scalar.
 *
 * sum over clusters of max over labels of (samples in the cluster with the label) / samples; from 0 to 1, NaN of an
 * empty batch. It has no gradient. Several clusters may be named after the same label.
 * Throws `ShapeError` for shapes that do not fit, and `OutOfRangeError` for counts that are not integers from 1 and for
 * labels and predictions from the host that are out of their range.
 *
 * Source: C. D. Manning, P. Raghavan, H. Schütze, Introduction to Information Retrieval (2008), section 16.3.
 * SymJAX: the same; it never counted labels beyond the number of clusters, which here are an error.
 * @example await evaluate(clusteringAccuracy([0, 0, 1, 1], [1, 1, 0, 1], 2), { engine }) // 0.75
 */
export const clusteringAccuracy: Loss<
  [labels: TensorLike, predictions: TensorLike, clusters: number],
  ClusteringAccuracyArguments,
  ClusteringAccuracyOptions
> = /* @__PURE__ */ defineLoss(
  {
    name,
    arguments: {
      labels: { shape: "[batch]", elements: "classIndex" },
      predictions: { shape: "[batch]", elements: "classIndex" },
      clusters: { shape: "[]", elements: "count" },
    },
    options: { labelCount: { kind: "count" } },
    results: { loss: "[]" },
  },
  ({ labels, predictions, clusters }, { labelCount = clusters }) => {
    const ofLabel = oneHot(checkClassIndices(name, "labels", labels, labelCount), labelCount);
    const ofCluster = oneHot(checkClassIndices(name, "predictions", predictions, clusters), clusters);
    const counts = ofCluster.transpose().matmul(ofLabel);
    return counts.max(1).sum().div(counts.sum());
  },
);

/**
 * Which share of a clustering is right, if each cluster stands for one class? An entry of its own, the only one that needs another package:
 * finding the best of all matchings is no operation of tensors.
 */
import { type Engine, type Tensor, type TensorLike, evaluate } from "@symloss/core";
import { type OptionTable, checkOptions, engineRule, requireRule } from "@symloss/core/engine";
import { munkres } from "munkres";
import { defineLoss } from "./definition.ts";
import { contingencyOf } from "./metrics/contingency.ts";

/** Where the counts are made. */
export interface MatchingOptions {
  readonly engine: Engine;
}

const optionTable: OptionTable<MatchingOptions> = { engine: engineRule };

/** How many samples of each label lie in each cluster, checked as the arguments of `clusterAccuracy`. */
const countsOf = /* @__PURE__ */ defineLoss(
  {
    name: "clusterAccuracy",
    arguments: {
      labels: { shape: "[batch]", elements: "classIndex", of: "clusters" },
      predictions: { shape: "[batch]", elements: "classIndex", of: "clusters" },
      clusters: { shape: "[]", elements: "count" },
    },
    differentiable: false,
    options: {},
    results: { counts: "[clusters, clusters]" },
  },
  (labels: Tensor, predictions: Tensor, clusters: number): Tensor =>
    contingencyOf("clusterAccuracy", labels, predictions, clusters, undefined),
);

/**
 * The share of samples whose cluster is matched with their label, of labels [batch] and predictions [batch], in the best of all ways to match
 * each cluster with one label.
 *
 * From 0 to 1; NaN of an empty batch. The samples are counted on the engine, and the best matching is found on the host, in time that grows
 * with the cube of the clusters. It has no gradient and can't be exported. `clusteringAccuracy` lets several clusters stand for one label.
 * Throws `ShapeError` if the shapes do not fit, and `OutOfRangeError` if clusters is not an integer from 1 to 4096, or labels or predictions
 * are not integers from 0 to clusters - 1.
 *
 * @formula \frac{1}{n} \max_\pi \sum_i [\pi(\hat y_i) = y_i]
 * @source J. Xie, R. Girshick, A. Farhadi, Unsupervised deep embedding for clustering analysis, ICML (2016).
 * @peers torchmetrics `cluster_accuracy` is the same; SciPy `linear_sum_assignment` of a table of counts finds the matching.
 * @example await clusterAccuracy([0, 0, 1, 1], [1, 1, 0, 1], 2, { engine }) // 0.75
 */
export async function clusterAccuracy(
  labels: TensorLike,
  predictions: TensorLike,
  clusters: number,
  options: MatchingOptions,
): Promise<number> {
  checkOptions("clusterAccuracy", options, optionTable);
  requireRule("clusterAccuracy", "engine", engineRule, options.engine);
  const counts = await evaluate(countsOf(labels, predictions, clusters), { engine: options.engine });
  const table = counts.toArray() as number[][];
  const total = table.flat().reduce((sum, count) => sum + count, 0);
  if (total === 0) return Number.NaN;
  const matched = munkres(table.map((row) => row.map((count) => total - count)));
  return matched.reduce((sum, [label, cluster]) => sum + table[label]![cluster]!, 0) / total;
}

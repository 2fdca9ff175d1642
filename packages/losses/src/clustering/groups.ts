/** How many samples share the label, the cluster, or both, with each sample? */
import { type Tensor, argsort } from "@symloss/core";
import { runsOf } from "../metrics/runs.ts";

/** [batch] how many samples, itself included, are with each sample, as int32; the samples in one order, which is not theirs. */
export interface GroupSizes {
  readonly ofLabel: Tensor;
  readonly ofCluster: Tensor;
  readonly ofBoth: Tensor;
}

/** The sizes of the groups of labels [batch] and clusters [batch], which may be any numbers. */
export function groupSizes(labels: Tensor, clusters: Tensor): GroupSizes {
  const byCluster = argsort(clusters);
  const labelsByCluster = labels.take(byCluster);
  // Stable, so that among equal labels clusters stay in order.
  const byLabel = argsort(labelsByCluster);
  const label = labelsByCluster.take(byLabel);
  const clustersInOrder = clusters.take(byCluster);
  return {
    ofLabel: runLengths(label),
    ofCluster: runLengths(clustersInOrder).take(byLabel),
    ofBoth: runLengths(label, clustersInOrder.take(byLabel)),
  };
}

function runLengths(...keys: readonly [Tensor, ...Tensor[]]): Tensor {
  const { first, last } = runsOf(...keys);
  return last.sub(first).add(1);
}

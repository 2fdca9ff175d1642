/** What are the numbers of a loss's figure? Computed by the project's own engine, as the bench page computes them. */
import { type LossDescription, describeLoss } from "@symloss/bench/losses/description";
import { evaluatePoints } from "@symloss/bench/losses/evaluation";
import { type DrawnSeries, seriesOf } from "@symloss/bench/losses/series";
import { type View, parseView } from "@symloss/bench/losses/view";
import type { LossName } from "@symloss/losses";

/** A loss at every point of its figure. */
export interface EvaluatedLoss {
  readonly view: View;
  readonly description: LossDescription;
  readonly series: readonly DrawnSeries[];
}

/** Options with which a figure says more than with their defaults: several values make several curves. */
const telling: Readonly<Partial<Record<LossName, string>>> = {
  huber: "delta=0.5,1,2",
  hingeLoss: "delta=1,0.2",
  pinball: "quantile=0.1,0.5,0.9",
  sigmoidFocalCrossentropyLogits: "gamma=0,1,2,5&from=-6&to=6",
  smoothL1: "beta=0.5,1,2",
  epsilonInsensitive: "epsilon=0.1,0.5,1",
};

/** What the address of the bench page must say to show the figure. */
export function parametersOf(name: LossName): string {
  return [`loss=${name}`, telling[name]].filter(Boolean).join("&");
}

/** The loss along one element, with its options as usual or as its figure shows them. */
export async function evaluateLoss(name: LossName): Promise<EvaluatedLoss> {
  const description = describeLoss(name);
  const view = parseView(new URLSearchParams(parametersOf(name)), description);
  const series: DrawnSeries[] = [];
  for (const one of seriesOf(view, description)) {
    series.push({ ...one, evaluation: await evaluatePoints(one.request) });
  }
  return { view, description, series };
}

/** How far does each number lie from the mean? */
import { type Axes, type Tensor, stopGradient } from "@symloss/core";

/** x minus its mean over the axes; exactly 0 where all are equal, though their rounded mean may differ from them. */
export function deviations(x: Tensor, axis: Axes): Tensor {
  const mean = { axis, keepAxes: true };
  const near = x.sub(stopGradient(x.mean(mean)));
  return near.sub(near.mean(mean));
}

/** What does a policy gain by an advantage, if it may change its probabilities only so far at once? */
import { type Tensor, add, clip, sub, where } from "@symloss/core";

/** What of a policy's change counts, each [..]. */
export interface ClippedSurrogate {
  /** The objective with its sign turned. */
  readonly loss: Tensor;
  /** How many times as likely an action is as it was. */
  readonly ratio: Tensor;
  /** 1 where the clip took something away. */
  readonly clipped: Tensor;
}

/** How far a ratio may be from 1. */
export interface ClipRange {
  readonly epsilon: Tensor;
  /** Above 1; below it is epsilon. */
  readonly epsilonHigh: Tensor | undefined;
  /** Of advantages below 0, the largest multiple that counts. */
  readonly dualClip?: number | undefined;
}

/** The clipped objective of these log probabilities and advantages, which broadcast. */
export function clippedSurrogate(
  logProbabilities: Tensor,
  oldLogProbabilities: Tensor,
  advantages: Tensor,
  { epsilon, epsilonHigh = epsilon, dualClip }: ClipRange,
): ClippedSurrogate {
  // Farther apart, exp would overflow: a ratio of 5e8 is as wrong as any.
  const ratio = clip(logProbabilities.sub(oldLogProbabilities), -20, 20).exp();
  const plain = ratio.mul(advantages);
  const bounded = ratio.maximum(sub(1, epsilon)).minimum(add(1, epsilonHigh)).mul(advantages);
  const objective = plain.minimum(bounded);
  const floored =
    dualClip === undefined
      ? objective
      : where(advantages.less(0), objective.maximum(advantages.mul(dualClip)), objective);
  return { loss: sub(0, floored), ratio, clipped: bounded.less(plain).cast(ratio.dtype) };
}

/** Which loss belongs to a regularised maximum of scores? */
import {
  DTypeError,
  ShapeError,
  type Tensor,
  type TensorLike,
  asTensors,
  describe,
  isTensor,
  sameShape,
  toFloat,
} from "@symloss/core";
import { functionRule, requireRule } from "@symloss/core/engine";
import { bindShapes } from "../check.ts";

/**
 * Makes the Fenchel-Young loss of a regularised maximum: a function of scores [.., d] and targets [.., d], one of which has the leading
 * axes of the result [..].
 *
 * maxFunction(scores) - sum_i targets_i scores_i. With `logSumExp` along the last axis it is the cross entropy of distributions, but for
 * their entropy, and with half the squared norm half the squared difference, but for that of the targets. Its gradient by the scores is
 * the regularised argmax less the targets.
 * Throws `DTypeError` if maxFunction is no function, and what it makes throws `ShapeError` if the shapes do not fit or maxFunction does
 * not give one number for each row.
 *
 * @formula \Omega^*(x) - \sum_i y_i x_i
 * @source M. Blondel, A. F. T. Martins, V. Niculae, Learning with Fenchel-Young losses, Journal of Machine Learning Research 21 (2020).
 * @peers `make_fenchel_young_loss` of optax is the same.
 * @example await evaluate(fenchelYoung((x) => x.logSumExp(-1))([[0, 0]], [[0, 1]]), { engine }) // [0.6931472]
 */
export function fenchelYoung(
  maxFunction: (scores: Tensor) => Tensor,
): (scores: TensorLike, targets: TensorLike) => Tensor {
  requireRule("fenchelYoung", "maxFunction", functionRule, maxFunction);
  return (scores, targets) => {
    const [x, y] = asTensors("fenchelYoung", { scores, targets }).map(toFloat) as [Tensor, Tensor];
    const shape = "[.., d]";
    bindShapes(
      "fenchelYoung",
      [
        { name: "scores", shape, tensor: x },
        { name: "targets", shape, tensor: y },
      ],
      "oneSided",
    );
    const best: unknown = maxFunction(x);
    if (!isTensor(best)) {
      throw new DTypeError(`fenchelYoung: maxFunction must return a Tensor, got ${describe(best)}.`);
    }
    if (!sameShape(best.shape, x.shape.slice(0, -1))) {
      throw new ShapeError(`fenchelYoung: maxFunction must give [..] for scores [.., d], got ${best} for ${x}.`);
    }
    return best.sub(x.mul(y).sum(-1));
  };
}

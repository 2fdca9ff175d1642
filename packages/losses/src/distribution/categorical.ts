/** The distribution over classes that logits stand for. */
import {
  type CustomGradient,
  type Tensor,
  type TensorLike,
  arange,
  asTensor,
  checkClassIndices,
  customGradient,
  stopGradient,
  toFloat,
  weightedBy,
  where,
} from "@symloss/core";
import { bindShapes } from "../check.ts";

/**
 * The log probability of class indices x [..] under softmax(logits [.., classes]); the result is [..].
 *
 * logSoftmax(logits)_x, in nats, at most 0.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if x comes from the host and holds anything but integers
 * from 0 to classes - 1.
 *
 * @source C. M. Bishop, Pattern Recognition and Machine Learning (2006), equation 4.104.
 * @example await evaluate(categoricalLogProbability([2], [[0, 0, 0]]), { engine }) // [-1.0986123]
 */
export function categoricalLogProbability(x: TensorLike, logits: TensorLike): Tensor {
  const caller = "categoricalLogProbability";
  const classes = { name: "logits", shape: "[.., classes]", tensor: toFloat(asTensor(logits, caller, "logits")) };
  const drawn = { name: "x", shape: "[..]", tensor: asTensor(x, caller, "x") };
  bindShapes(caller, [drawn, classes], false);
  const index = checkClassIndices(caller, "x", drawn.tensor, classes.tensor.shape.at(-1)!);
  return logProbabilityOf(index, classes.tensor);
}

/** 1 - p of the class itself and -p of the others is the gradient, where 1 - p is not taken of a p that was rounded. */
function logProbabilityOf(index: Tensor, logits: Tensor): Tensor {
  const classes = logits.shape.at(-1)!;
  const pick = (of: Tensor) => of.logSoftmax().takeAlongAxis(index.expandDims(-1)).squeeze(-1);
  // A symbolic number of classes can't be enumerated.
  if (typeof classes === "string") return pick(logits);
  return customGradient((of: Tensor) => {
    const value = pick(of);
    const isDrawn = index.expandDims(-1).equal(arange(classes));
    return {
      value,
      gradient: (g) => {
        const against = g.neg();
        return [where(isDrawn, against.mul(value.expm1()).expandDims(-1), of.softmax().mul(against.expandDims(-1)))];
      },
    };
  })(logits);
}

/**
 * The entropy of softmax(logits [.., classes]); the result is [..].
 *
 * -sum_c p_c log p_c, in nats, from 0 to log(classes); a class of probability 0 contributes nothing.
 * Throws `ShapeError` if logits is a scalar.
 *
 * @source C. M. Bishop, Pattern Recognition and Machine Learning (2006), equation 1.98.
 * @example await evaluate(categoricalEntropy([[0, 0], [0, -Infinity]]), { engine }) // [0.6931472, 0]
 */
export function categoricalEntropy(logits: TensorLike): Tensor {
  const caller = "categoricalEntropy";
  const tensor = toFloat(asTensor(logits, caller, "logits"));
  bindShapes(caller, [{ name: "logits", shape: "[.., classes]", tensor }], false);
  return customGradient(entropyOfLogits)(tensor);
}

/** log(sum exp(u)) - sum p u of the logits u less the largest: both terms are from 0, so that nothing cancels. */
function entropyOfLogits(logits: Tensor): CustomGradient {
  const probabilities = logits.softmax();
  const shifted = logits.sub(stopGradient(logits.max({ axis: -1, keepAxes: true })));
  const average = weightedBy(shifted, probabilities).sum({ axis: -1, keepAxes: true });
  return {
    value: shifted.logSumExp(-1).sub(average.squeeze(-1)),
    // The derivative of the first term is p, which the second cancels.
    gradient: (g) => [weightedBy(average.sub(shifted), probabilities).mul(g.expandDims(-1))],
  };
}

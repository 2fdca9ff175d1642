/** Which share of the predictions is right? */
import { type Tensor, check, isFloat } from "@symloss/core";
import { type LossOf, defineLoss } from "../definition.ts";

const declaration = {
  name: "accuracy",
  arguments: {
    /** [batch] the right labels. */
    targets: { shape: "[batch]", elements: "classIndex" },
    /** [batch] the predicted labels; or [batch, classes] scores, the first largest of which is the prediction. */
    predictions: { shape: "[batch] or [batch, classes]", elements: ["classIndex", "float"] },
  },
  differentiable: false,
  options: {},
  results: { loss: "[]" },
} as const;

/**
 * The share of targets [batch] that are predicted by predictions: labels [batch], or scores [batch, classes] whose
 * argmax counts; a scalar.
 *
 * From 0 to 1, to be maximised; NaN of an empty batch. It has no gradient.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if targets from the host are not integers from 0 to classes - 1 or, if
 * predictions are labels, if either from the host are not whole numbers: a probability equals no label.
 *
 * @formula \frac{1}{n} \sum_i [\arg\max_c \hat y_{ic} = y_i]
 * @source C. M. Bishop, Pattern Recognition and Machine Learning (2006), section 1.5.1: 1 minus the 0-1 loss.
 * @peers scikit-learn, Keras and torchmetrics have the same share; torchmetrics rounds probabilities first if it takes them for such.
 * @seed The same.
 * @example await evaluate(accuracy([0, 1, 1], [[2, 1], [0, 3], [1, 0]]), { engine }) // 0.6666667
 */
export const accuracy: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(targets: Tensor, predictions: Tensor): Tensor {
  if (predictions.rank === 1) return shareOf(asLabels("targets", targets).equal(asLabels("predictions", predictions)));
  return shareOf(targets.equal(predictions.argmax(1)));
}

/** A probability is no label: it would count as wrong, whatever it is. A NaN does. */
function asLabels(argument: string, labels: Tensor): Tensor {
  if (!isFloat(labels.dtype)) return labels;
  return check("accuracy", argument, labels, {
    kind: "wholeNumbers",
    help: "Probabilities of yes are compared by binaryAccuracy, and scores of all classes, [batch, classes], are taken here and by topKAccuracy.",
  });
}

/** Counted as integers, where float32 could not tell more than 2^24 of them apart. */
function shareOf(hits: Tensor): Tensor {
  const batch = hits.shape[0]!;
  return typeof batch === "string" ? hits.mean() : hits.sum().div(batch);
}

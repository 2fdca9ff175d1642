/** Which share of the predictions is right? */
import { type Tensor, type TensorLike, checkClassIndices } from "@symloss/core";
import { type Loss, type NoOptions, defineLoss } from "../definition.ts";

/** The arguments of `accuracy` by name. */
export interface AccuracyArguments {
  /** [batch] the right labels. */
  readonly targets: TensorLike;
  /** [batch] the predicted labels; or [batch, classes] scores, the first largest of which is the prediction. */
  readonly predictions: TensorLike;
}

/**
 * The share of targets [batch] that are predicted by predictions: labels [batch], or scores [batch, classes] whose
 * argmax counts; a scalar.
 *
 * From 0 to 1, to be maximised; NaN of an empty batch. It has no gradient.
 * Throws `ShapeError` for shapes that do not fit and, where there are scores, `OutOfRangeError` for targets from the
 * host that are not integers from 0 and below the number of classes.
 *
 * Source: C. M. Bishop, Pattern Recognition and Machine Learning (2006), section 1.5.1: 1 minus the 0-1 loss.
 * SymJAX: the same.
 * @example await evaluate(accuracy([0, 1, 1], [[2, 1], [0, 3], [1, 0]]), { engine }) // 0.6666667
 */
export const accuracy: Loss<[targets: TensorLike, predictions: TensorLike], AccuracyArguments, NoOptions> =
  /* @__PURE__ */ defineLoss(
    {
      name: "accuracy",
      arguments: {
        targets: { shape: "[batch]", elements: "classIndex" },
        predictions: { shape: "[batch] or [batch, classes]", elements: "classIndex" },
      },
      options: {},
      results: { loss: "[]" },
    },
    ({ targets, predictions }) => {
      if (predictions.rank === 1) return shareOf(targets.equal(predictions));
      return shareOf(
        checkClassIndices("accuracy", "targets", targets, predictions.shape[1]!).equal(predictions.argmax(1)),
      );
    },
  );

/** Counted as integers, where float32 could not tell more than 2^24 of them apart. */
function shareOf(hits: Tensor): Tensor {
  const batch = hits.shape[0]!;
  return typeof batch === "string" ? hits.mean() : hits.sum().div(batch);
}

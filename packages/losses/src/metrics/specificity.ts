/** Which share of what is not of a class is predicted not to be? */
import type { Tensor } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { type RateDeclaration, averagedRate, rateArguments, rateOptions } from "./averaged.ts";

const declaration: RateDeclaration = {
  name: "specificity",
  arguments: rateArguments,
  differentiable: false,
  options: rateOptions,
  results: { loss: "[classes] or []" },
};

/**
 * Of those that targets [batch] do not put into a class, the share that predictions [batch] do not put there either: of class 1, or averaged
 * over classes, a scalar; or of each class [classes]. Both may instead be labels [batch, classes] that hold or don't.
 *
 * Also called true negative rate; each class stands against all others. From 0 to 1, to be maximised; `whenUndefined` of a class to which
 * all targets belong. It has no gradient but by the weights.
 * Throws `ShapeError` if the shapes do not fit, and `OutOfRangeError` if an option is out of range, targets or predictions from the host
 * are not integers from 0 to classes - 1, or as labels not 0 or 1, or weights from the host are below 0.
 *
 * @formula \frac{tn}{tn + fp}
 * @source J. Yerushalmy, Statistical problems in assessing methods of medical diagnosis, Public Health Reports 62 (1947).
 * @peers `specificity` of torchmetrics, whose macro mean leaves out classes that occur nowhere; scikit-learn has it as the recall of class 0
 *   against class 1.
 * @example await evaluate(specificity([0, 1, 1, 0, 0], [0, 1, 0, 1, 0]), { engine }) // 0.6666667
 */
export const specificity: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(targets: Tensor, predictions: Tensor, options: OptionsFor<typeof declaration>): Tensor {
  return averagedRate(declaration.name, targets, predictions, options, (counts) => {
    const others = counts.total.sub(counts.targets);
    const falsePositives = counts.predictions.sub(counts.hits);
    return [others.sub(falsePositives), others];
  });
}

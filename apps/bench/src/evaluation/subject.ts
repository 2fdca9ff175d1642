/** What is evaluated? Five metrics of a classifier. */
import { softmax } from "@symloss/core";
import { type Evaluation, type Statistics, evaluation, states } from "@symloss/evaluation";
import { sparseSoftmaxCrossentropyLogits } from "@symloss/losses";
import { classCount } from "./rows.ts";

/** The class whose probability is looked at. */
export const oneClass = 3;

/** The metrics. */
export interface SubjectStatistics extends Statistics {
  readonly loss: ReturnType<typeof states.mean>;
  readonly confusion: ReturnType<typeof states.confusion>;
  readonly area: ReturnType<typeof states.rocAuc>;
  readonly calibration: ReturnType<typeof states.calibration>;
  readonly moments: ReturnType<typeof states.moments>;
}

/** The evaluation. */
export const subject: Evaluation<SubjectStatistics> = evaluation(
  ({ label, weight, logits }): SubjectStatistics => {
    const probabilities = softmax(logits, 1);
    const predictions = logits.argmax(1);
    const score = probabilities.slice([0, oneClass], [undefined, oneClass + 1]).reshape([-1]);
    const isOne = label.equal(oneClass);
    return {
      loss: states.mean(sparseSoftmaxCrossentropyLogits(label, logits), { weights: weight }),
      confusion: states.confusion(label, predictions, { classes: classCount }),
      area: states.rocAuc(isOne, score),
      calibration: states.calibration(probabilities.max(1), predictions.equal(label)),
      moments: states.moments(isOne, score),
    };
  },
  { columns: { label: "int32", weight: "float32", logits: ["logit_*", "float32"] } },
);

/** What are the losses and metrics of TensorFlow.js here? */
import type { Peer } from "./peer.ts";

export const tensorflow: Peer = {
  name: "TensorFlow.js",
  modules: "`tf.losses`, `tf.metrics`, and names of losses of `model.compile`",
  version: "4.22",
  conventions:
    'Labels come first, as here. `tf.losses` multiplies by `weights` and reduces by `SUM_BY_NONZERO_WEIGHTS`: `reduce(loss, { weights, reduction: "meanOverNonzero" })`; `MEAN` is `"weightedMean"`. Losses of layers and metrics average the last axis.',
  functions: {
    absoluteDifference: {
      ours: 'reduce(absoluteDifferences(labels, predictions), { weights, reduction: "meanOverNonzero" })',
    },
    computeWeightedLoss: { ours: 'reduce(losses, { weights, reduction: "meanOverNonzero" })' },
    cosineDistance: {
      ours: 'reduce(sub(1, sum(mul(labels, predictions), { axis, keepAxes: true })), { weights, reduction: "meanOverNonzero" })',
      differences: "Vectors are not normalized there; `cosineDistance` here does that.",
    },
    hingeLoss: {
      ours: 'reduce(hingeLoss(predictions, sub(mul(labels, 2), 1)), { weights, reduction: "meanOverNonzero" })',
      differences: "Labels there are 0 or 1.",
    },
    huberLoss: { ours: 'reduce(huber(labels, predictions, { delta }), { weights, reduction: "meanOverNonzero" })' },
    logLoss: {
      ours: 'reduce(binaryCrossentropy(labels, predictions, { epsilon }), { weights, reduction: "meanOverNonzero" })',
      differences: "There `epsilon` is added to probabilities, here they are clipped at it.",
    },
    "meanSquaredError MSE mse": {
      ours: 'reduce(squaredDifferences(labels, predictions), { weights, reduction: "meanOverNonzero" })',
      differences: "In `tf.metrics`, and as a loss of layers: `squaredDifferences(yTrue, yPred).mean(-1)`.",
    },
    sigmoidCrossEntropy: {
      ours: 'reduce(sigmoidCrossentropyLogits(multiClassLabels, logits, { labelSmoothing }), { weights, reduction: "meanOverNonzero" })',
    },
    softmaxCrossEntropy: {
      ours: 'reduce(softmaxCrossentropyLogits(onehotLabels, logits, { labelSmoothing }), { weights, reduction: "meanOverNonzero" })',
      differences: "With three axes smoothing there divides by the length of axis 1.",
    },
    confusionMatrix: { ours: "confusionMatrix(labels, predictions, numClasses)" },
    meanAbsoluteError: { ours: "absoluteDifferences(yTrue, yPred).mean(-1)" },
    "meanAbsolutePercentageError MAPE mape": {
      ours: "absolutePercentageErrors(yTrue, yPred).mean(-1).mul(100)",
    },
    meanSquaredLogarithmicError: {
      ours: "squaredLogDifferences(yTrue, yPred).mean(-1)",
      differences: "Negative predictions give NaN below -1 here; there they are clipped and get no gradient.",
    },
    squaredHinge: { ours: "squaredHinge(yPred, yTrue).mean(-1)" },
    hinge: { ours: "hingeLoss(yPred, yTrue).mean(-1)" },
    categoricalHinge: { ours: "categoricalHinge(yTrue, yPred)" },
    logcosh: { ours: "logCosh(yTrue, yPred).mean(-1)" },
    categoricalCrossentropy: {
      ours: "categoricalCrossentropy(yTrue, yPred, { normalize: true })",
      differences: "With `fromLogits`: `softmaxCrossentropyLogits(yTrue, yPred)`, which there is not stable.",
    },
    sparseCategoricalCrossentropy: {
      ours: "sparseCategoricalCrossentropy(yTrue, yPred, { normalize: true })",
      differences:
        "With `fromLogits`: `sparseSoftmaxCrossentropyLogits(yTrue, yPred)`; there logits are clipped as if they were probabilities.",
    },
    binaryCrossentropy: { ours: "binaryCrossentropy(yTrue, yPred).mean(-1)" },
    kullbackLeiblerDivergence: {
      ours: "klDivergenceProbabilities(yTrue, yPred, { epsilon: 1e-7 })",
      differences: "There targets are clipped as well.",
    },
    poisson: { ours: "poissonNll(yTrue, yPred, { epsilon: 1e-7 }).mean(-1)" },
    cosineProximity: { ours: "sub(0, cosineSimilarity(yTrue, yPred))", differences: "Negated there." },
    binaryAccuracy: { ours: "binaryAccuracy(yTrue, yPred).mean(-1)" },
    categoricalAccuracy: {
      ours: "accuracy(argmax(yTrue, -1), yPred)",
      differences: "The mean over the batch; there a value for each row.",
    },
    sparseCategoricalAccuracy: {
      ours: "accuracy(yTrue, yPred)",
      differences: "The mean over the batch; there a value for each row.",
    },
    precision: { ours: "precision(yTrue, yPred)" },
    recall: { ours: "recall(yTrue, yPred)" },
    r2Score: {
      ours: "r2Score(yTrue, yPred)",
      differences: "Constant targets give 1 if they are met, else 0; there -Infinity or NaN.",
    },
  },
};

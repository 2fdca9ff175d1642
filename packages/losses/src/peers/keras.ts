/** What are the losses and metrics of Keras here? */
import type { Peer } from "./peer.ts";

export const keras: Peer = {
  name: "Keras",
  modules: "`keras.losses` and `keras.metrics`",
  version: "3.15",
  conventions:
    "Targets come first, as here. Functions average the last axis; losses that are classes then average over the batch, times `sample_weight`: `reduce(loss, { weights })`. Metrics that are classes accumulate over batches: here `reduceParts(loss)`. Probabilities are clipped at both ends there, at `epsilon` from below here, with a gradient beyond. What depends on `from_logits` has a name of its own here.",
  functions: {
    "MeanSquaredError mean_squared_error": { ours: "squaredDifferences(y_true, y_pred).mean(-1)" },
    RootMeanSquaredError: { ours: "rootMeanSquaredError(y_true, y_pred)" },
    "MeanAbsoluteError mean_absolute_error": { ours: "absoluteDifferences(y_true, y_pred).mean(-1)" },
    "MeanAbsolutePercentageError mean_absolute_percentage_error": {
      ours: "absolutePercentageErrors(y_true, y_pred).mean(-1).mul(100)",
      differences: "A fraction here, a percentage there.",
    },
    "MeanSquaredLogarithmicError mean_squared_logarithmic_error": {
      ours: "squaredLogDifferences(y_true, y_pred).mean(-1)",
      differences: "Negative predictions are not clipped, so they have a gradient; below -1 they give NaN.",
    },
    "Huber huber": { ours: "huber(y_true, y_pred, { delta }).mean(-1)" },
    "LogCosh log_cosh LogCoshError": {
      ours: "logCosh(y_true, y_pred).mean(-1)",
      differences: "Keeps its digits at small errors.",
    },
    "CosineSimilarity cosine_similarity": {
      ours: "sub(0, cosineSimilarity(y_true, y_pred, { axis }))",
      differences: "Negated there as a loss, not as a metric; never negated here.",
    },
    "Poisson poisson": { ours: "poissonNll(y_true, y_pred, { epsilon: 1e-7 }).mean(-1)" },
    "KLDivergence kl_divergence": {
      ours: "klDivergenceProbabilities(y_true, y_pred, { epsilon: 1e-7 })",
      differences: "There targets are clipped as well.",
    },
    "BinaryCrossentropy binary_crossentropy": {
      ours: "binaryCrossentropy(y_true, y_pred, { labelSmoothing: label_smoothing }).mean(-1)",
      differences: "With `from_logits`: `sigmoidCrossentropyLogits`.",
    },
    "BinaryFocalCrossentropy binary_focal_crossentropy": {
      ours: "sigmoidFocalCrossentropyLogits(y_true, logits, { gamma, alpha, labelSmoothing: label_smoothing }).mean(-1)",
      differences: "Logits only. There `alpha` counts with `apply_class_balancing` alone.",
    },
    "CategoricalCrossentropy categorical_crossentropy": {
      ours: "categoricalCrossentropy(y_true, y_pred, { labelSmoothing: label_smoothing, normalize: true })",
      differences: "Predictions are always normalized there. With `from_logits`: `softmaxCrossentropyLogits`.",
    },
    "CategoricalFocalCrossentropy categorical_focal_crossentropy": {
      ours: "softmaxFocalCrossentropyLogits(y_true, logits, { gamma, classWeights: alpha, labelSmoothing: label_smoothing })",
      differences: "Logits only. `alpha` is 0.25 by default there, so that losses are a quarter of ours.",
    },
    "CategoricalGeneralizedCrossEntropy categorical_generalized_cross_entropy": {
      ours: "generalizedCrossentropyLogits(y_true, logits, { q })",
      differences: "Logits; probabilities there. `q` may be 0 here.",
    },
    "SparseCategoricalCrossentropy sparse_categorical_crossentropy": {
      ours: "sparseCategoricalCrossentropy(y_true, y_pred, { ignoreIndex: ignore_class, normalize: true })",
      differences: "With `from_logits`: `sparseSoftmaxCrossentropyLogits`. Labels are checked here.",
    },
    "CategoricalHinge categorical_hinge": { ours: "categoricalHinge(y_true, y_pred)" },
    "Hinge hinge": {
      ours: "hingeLoss(y_pred, y_true).mean(-1)",
      differences: "Labels of 0 and 1 become -1 and 1 there, if a batch has no others; never here.",
    },
    "SquaredHinge squared_hinge": {
      ours: "squaredHinge(y_pred, y_true).mean(-1)",
      differences: "Labels must be -1 or 1 here; there 0 and 1 are converted.",
    },
    "Dice dice": {
      ours: "diceLoss(y_true, y_pred, { smooth: 0, axis })",
      differences:
        "Nothing against nothing costs 0 here, 1 there. `axis` is the list of axes that are summed: all by default there, positions here.",
    },
    "Tversky tversky": {
      ours: "tverskyLoss(y_true, y_pred, { falsePositiveWeight: alpha, falseNegativeWeight: beta })",
      differences: "For each class of each sample here, over the whole batch there.",
    },
    "Circle circle": {
      ours: "circleLoss(embeddings, labels, { gamma, margin, references: ref_embeddings, referenceLabels: ref_labels })",
      differences: "Embeddings are normalized here, and weights have no gradient.",
    },
    "CTC ctc": {
      ours: "ctc(y_true, y_pred, { labelLengths, logitLengths, blank })",
      differences: "Lengths are given here, derived there from labels of 0, which is also the blank.",
    },
    Accuracy: { ours: "accuracy(y_true, y_pred)" },
    "BinaryAccuracy binary_accuracy": { ours: "binaryAccuracy(y_true, y_pred, { threshold }).mean(-1)" },
    "CategoricalAccuracy categorical_accuracy": {
      ours: "accuracy(argmax(y_true, -1), y_pred)",
      differences: "The mean over the batch; the function there gives a value for each row.",
    },
    "SparseCategoricalAccuracy sparse_categorical_accuracy": {
      ours: "accuracy(y_true, y_pred)",
      differences: "The mean over the batch; the function there gives a value for each row.",
    },
    "TopKCategoricalAccuracy top_k_categorical_accuracy": {
      ours: "topKAccuracy(argmax(y_true, -1), y_pred, { k })",
      differences: "Of ties the smaller index counts first here; there all count as hits.",
    },
    "SparseTopKCategoricalAccuracy sparse_top_k_categorical_accuracy": {
      ours: "topKAccuracy(y_true, y_pred, { k })",
      differences: "Of ties the smaller index counts first here; there all count as hits.",
    },
    Precision: {
      ours: "precision(y_true, y_pred, { threshold: thresholds })",
      differences: "One threshold here; the top k are chosen before.",
    },
    Recall: {
      ours: "recall(y_true, y_pred, { threshold: thresholds })",
      differences: "One threshold here; the top k are chosen before.",
    },
    F1Score: {
      ours: "fBeta(y_true, y_pred, { average, threshold })",
      differences: "Quotients have no 1e-7 added here.",
    },
    FBetaScore: {
      ours: "fBeta(y_true, y_pred, { beta, average, threshold })",
      differences: "Quotients have no 1e-7 added here.",
    },
    "TruePositives TrueNegatives FalsePositives FalseNegatives": {
      ours: 'confusionMatrix(y_true, greater(y_pred, thresholds).cast("int32"), 2)',
      differences: "All four in one table: [true negatives, false positives], [false negatives, true positives].",
    },
    AUC: {
      ours: "aucAtThresholds(y_true, y_pred, { curve, summation: summation_method, thresholds })",
      differences:
        '`curve="PR"` is `"precisionRecall"`; one class alone gives `whenUndefined`, NaN by default. Exact, without thresholds: `rocAuc(y_true, y_pred)` and `averagePrecision(y_true, y_pred)`.',
    },
    PrecisionAtRecall: { ours: "precisionAtRecall(y_true, y_pred, recall)" },
    RecallAtPrecision: { ours: "recallAtPrecision(y_true, y_pred, precision)" },
    SensitivityAtSpecificity: { ours: "sensitivityAtSpecificity(y_true, y_pred, specificity)" },
    SpecificityAtSensitivity: { ours: "specificityAtSensitivity(y_true, y_pred, sensitivity)" },
    IoU: {
      ours: "jaccardScore(y_true, y_pred, num_classes, { ignoreIndex: ignore_class })",
      differences: "A value for each class; there the mean over `target_class_ids`.",
    },
    BinaryIoU: { ours: 'jaccardScore(y_true, greater(y_pred, threshold).cast("int32"), 2)' },
    MeanIoU: { ours: "meanIou(y_true, y_pred, num_classes, { ignoreIndex: ignore_class })" },
    OneHotIoU: { ours: "jaccardScore(argmax(y_true, -1), argmax(y_pred, -1), num_classes)" },
    OneHotMeanIoU: { ours: "meanIou(argmax(y_true, -1), argmax(y_pred, -1), num_classes)" },
    R2Score: {
      ours: "r2Score(y_true, y_pred)",
      differences: "Centred sums, which don't cancel; constant targets give 1 if they are met, else 0.",
    },
    "PearsonCorrelation pearson_correlation": {
      ours: "pearsonCorrelation(y_true, y_pred, { axis })",
      differences: "A constant gives `whenUndefined`, NaN by default.",
    },
    "ConcordanceCorrelation concordance_correlation": {
      ours: "concordanceCorrelation(y_true, y_pred, { axis })",
      differences: "Nothing is added to the denominator, 1e-7 there.",
    },
    "Mean Sum Metric MeanMetricWrapper": {
      none: "they accumulate; `reduceParts` gives sums and counts that can be added up",
    },
    Loss: { none: "it is a base class; a loss here is a function" },
    "deserialize get serialize": { none: "a loss here is a value, not a name" },
  },
};

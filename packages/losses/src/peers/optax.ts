/** What are the losses of optax here? */
import type { Peer } from "./peer.ts";

export const optax: Peer = {
  name: "optax",
  modules: "`optax.losses`, and `optax` itself",
  version: "0.2.8",
  conventions:
    "Predictions come first there, targets here. Both leave results unreduced. A `where` there is `reduce(loss, { mask })` here, if not said otherwise.",
  functions: {
    squared_error: { ours: "squaredDifferences(targets, predictions)" },
    l2_loss: { ours: "squaredDifferences(targets, predictions).mul(0.5)" },
    huber_loss: { ours: "huber(targets, predictions, { delta })" },
    log_cosh: {
      ours: "logCosh(targets, predictions)",
      differences: "optax loses digits at small errors: 1e-3 of the loss at an error of 0.01 in float32.",
    },
    cosine_similarity: {
      ours: "cosineSimilarity(targets, predictions)",
      differences: "A zero vector gives 0 here, and NaN there unless `epsilon` is given.",
    },
    cosine_distance: {
      ours: "cosineDistance(targets, predictions)",
      differences: "A zero vector gives 1 here, and NaN there unless `epsilon` is given.",
    },
    sigmoid_binary_cross_entropy: { ours: "sigmoidCrossentropyLogits(labels, logits)" },
    softmax_cross_entropy: {
      ours: "softmaxCrossentropyLogits(labels, logits, { axis })",
      differences: "A label of 0 at a logit of -Infinity gives 0 here, and NaN there.",
    },
    safe_softmax_cross_entropy: { ours: "softmaxCrossentropyLogits(labels, logits)" },
    softmax_cross_entropy_with_integer_labels: {
      ours: "sparseSoftmaxCrossentropyLogits(labels, logits, { axis })",
      differences: "Several class axes there: reshape them to one. Labels are checked here.",
    },
    sigmoid_focal_loss: {
      ours: "sigmoidFocalCrossentropyLogits(labels, logits, { gamma, alpha })",
      differences: "Soft labels have one formula here, whatever they hold.",
    },
    poly_loss_cross_entropy: { ours: "polyCrossentropyLogits(labels, logits, { epsilon })" },
    hinge_loss: { ours: "hingeLoss(predictor_outputs, targets)" },
    perceptron_loss: { ours: "perceptronLoss(predictor_outputs, targets)" },
    sparsemax_loss: { ours: "sparsemaxLoss(labels, logits)" },
    multiclass_hinge_loss: { ours: "multiclassHingeLoss(scores, labels)" },
    multiclass_perceptron_loss: { ours: "multiclassPerceptron(scores, labels)" },
    multiclass_sparsemax_loss: {
      ours: "multiclassSparsemax(labels, scores)",
      differences: "Rows may have leading axes here.",
    },
    make_fenchel_young_loss: { ours: "fenchelYoung(max_fun)" },
    kl_divergence: { ours: "klDivergence(targets, log_predictions)" },
    kl_divergence_with_log_targets: { ours: "klDivergenceLog(log_targets, log_predictions)" },
    "generalized_kl_divergence convex_kl_divergence": { ours: "generalizedKlDivergence(targets, log_predictions)" },
    smooth_labels: {
      ours: "smoothLabels(labels, alpha)",
      differences: "Masked classes get exactly 0; what is kept shares the rest.",
    },
    ctc_loss: {
      ours: "ctc(labels, logits, { labelLengths, logitLengths, blank: blank_id })",
      differences:
        "Lengths instead of paddings. An impossible alignment costs `whenImpossible`, Infinity by default; there about 1e5, from `log_epsilon`.",
    },
    ctc_loss_with_forward_probs: { none: "the probabilities of prefixes are not results here" },
    dice_loss: {
      ours: "diceLoss(targets, softmax(predictions), { smooth })",
      differences: "Takes probabilities. `smooth` there is added to half of the denominator: its 1 is 2 here.",
    },
    binary_dice_loss: {
      ours: "diceLoss(targets, sigmoid(predictions), { smooth })",
      differences: "As `dice_loss`.",
    },
    multiclass_generalized_dice_loss: {
      ours: "generalizedDice(targets, softmax(predictions))",
      differences:
        "Sudre's formula here; there a weighted mean of the losses of classes, with weights of the whole batch.",
    },
    ntxent: {
      ours: "ntXent(embeddings, labels, { temperature })",
      differences: "A loss for each row, and whether it is valid; there the mean over pairs.",
    },
    triplet_margin_loss: {
      ours: "tripletMargin(anchors, positives, negatives, { margin, power: norm_degree, epsilon: eps })",
      differences: "A power of 1 is a norm here, and a signed sum there.",
    },
    ranking_softmax_loss: {
      ours: "rankingSoftmax(labels, logits, { mask: where, weights })",
      differences: "A loss for each list; there reduced by `reduce_fn`, the mean by default.",
    },
  },
};

/** What are the metrics of torchmetrics here? */
import type { Peer } from "./peer.ts";

export const torchmetrics: Peer = {
  name: "torchmetrics",
  modules:
    "`torchmetrics.functional`: `classification` (each also as `binary_`, `multiclass_` and `multilabel_`), `regression`, `clustering`, `retrieval`, `segmentation`, `detection`, `pairwise` and perplexity; not audio, images, text, video and nominal data",
  version: "1.9",
  conventions:
    "Predictions come first there, targets here. Probabilities outside of [0, 1] are passed through a sigmoid or softmax there, batch by batch; here nothing is changed by looking at it. Means over samples are taken there. Classes that don't occur are left out of macro averages there, and count as 0 here, as in scikit-learn.",
  functions: {
    accuracy: {
      ours: "accuracy(target, preds)",
      differences:
        "The share of hits; there by `average`. Binary: `binaryAccuracy(target, preds, { threshold })`, which compares by > and not >=. `top_k`: `topKAccuracy`.",
    },
    auroc: { ours: "rocAuc(target, preds)", differences: "Two classes; exact, as without `thresholds`." },
    average_precision: { ours: "averagePrecision(target, preds)", differences: "Two classes." },
    calibration_error: {
      ours: "calibrationError(target, preds, { bins: n_bins, norm })",
      differences: "A probability of 1 falls into the last bin here, into one of its own there.",
    },
    cohen_kappa: { ours: "cohenKappa(target, preds, num_classes, { weights })" },
    confusion_matrix: {
      ours: "confusionMatrix(target, preds, num_classes, { normalize })",
      differences: '`normalize: "predicted"` is `"pred"` there.',
    },
    exact_match: { none: "`equal(target, preds)`, all of a row" },
    f1_score: { ours: "fBeta(target, preds, { average, classes: num_classes })" },
    fbeta_score: { ours: "fBeta(target, preds, { beta, average, classes: num_classes })" },
    hamming_distance: { ours: "notEqual(target, preds).mean()" },
    hinge_loss: {
      ours: "hingeLoss(preds, target).mean()",
      differences:
        "Binary targets are -1 and 1 here. Several classes: `multiclassHingeLoss(preds, target)`; there softmax comes first.",
    },
    jaccard_index: { ours: "jaccardScore(target, preds, num_classes)", differences: "A value for each class." },
    matthews_corrcoef: { ours: "matthewsCorrelation(target, preds, num_classes)" },
    precision: { ours: "precision(target, preds, { average, classes: num_classes })" },
    recall: { ours: "recall(target, preds, { average, classes: num_classes })" },
    specificity: { ours: "specificity(target, preds, { average, classes: num_classes })" },
    negative_predictive_value: { none: "`precision` with both classes swapped" },
    precision_recall_curve: { ours: "precisionRecallCurve(target, preds)" },
    roc: { ours: "rocCurve(target, preds)" },
    precision_at_fixed_recall: {
      ours: "precisionAtRecall(target, preds, min_recall, { thresholds })",
      differences: "The rate alone, without its threshold.",
    },
    recall_at_fixed_precision: {
      ours: "recallAtPrecision(target, preds, min_precision, { thresholds })",
      differences: "The rate alone, without its threshold.",
    },
    sensitivity_at_specificity: {
      ours: "sensitivityAtSpecificity(target, preds, min_specificity, { thresholds })",
      differences: "The rate alone, without its threshold.",
    },
    specificity_at_sensitivity: {
      ours: "specificityAtSensitivity(target, preds, min_sensitivity, { thresholds })",
      differences: "The rate alone, without its threshold.",
    },
    stat_scores: { none: "`confusionMatrix` has the counts" },
    "eer logauc": { none: "points of `rocCurve`" },
    "fairness groups_stat_rates demographic_parity equal_opportunity": { none: "`confusionMatrix` of each group" },
    "coverage_error ranking_average_precision ranking_loss": { none: "rankings of labels are not in the catalogue" },

    mean_squared_error: {
      ours: "squaredDifferences(target, preds).mean()",
      differences: "With `squared=False`: `rootMeanSquaredError(target, preds)`.",
    },
    mean_absolute_error: { ours: "absoluteDifferences(target, preds).mean()" },
    mean_absolute_percentage_error: {
      ours: "absolutePercentageErrors(target, preds).mean()",
      differences: "A target of 0 divides by `epsilon` = 1e-7 here, by 1.17e-6 there.",
    },
    mean_squared_log_error: { ours: "squaredLogDifferences(target, preds).mean()" },
    log_cosh_error: {
      ours: "logCosh(target, preds).mean()",
      differences: "Doesn't overflow.",
    },
    cosine_similarity: {
      ours: "cosineSimilarity(target, preds)",
      differences: "Unreduced; the sum there.",
    },
    explained_variance: {
      ours: "explainedVariance(target, preds, { axis: 0 }).mean()",
      differences: "Constant targets divide by `epsilon` here.",
    },
    r2_score: { ours: "r2Score(target, preds)", differences: "Centred sums, which don't cancel. No adjusted form." },
    pearson_corrcoef: {
      ours: "pearsonCorrelation(target, preds)",
      differences: "A constant gives `whenUndefined`; there NaN below a bound of the variance.",
    },
    concordance_corrcoef: {
      ours: "concordanceCorrelation(target, preds)",
      differences: "Moments of the population; of the sample there.",
    },
    spearman_corrcoef: { ours: "spearmanCorrelation(target, preds)" },
    kendall_rank_corrcoef: { ours: "kendallTau(target, preds)", differences: "The variant b." },
    kl_divergence: {
      ours: "klDivergenceProbabilities(p, q).mean()",
      differences: "`p` is the target there too. Both are normalized there. With `log_prob`: `klDivergenceLog(p, q)`.",
    },
    jensen_shannon_divergence: {
      ours: "jensenShannonDivergence(log(p), log(q)).mean()",
      differences: "Log probabilities here.",
    },
    "symmetric_mean_absolute_percentage_error weighted_mean_absolute_percentage_error": {
      none: "quotients of `absoluteDifferences`",
    },
    tweedie_deviance_score: { none: "deviances are not in the catalogue" },
    "continuous_ranked_probability_score critical_success_index minkowski_distance normalized_root_mean_squared_error relative_squared_error":
      { none: "not in the catalogue" },

    cluster_accuracy: {
      ours: "clusterAccuracy(target, preds, num_classes)",
      differences: "Asynchronous, in `@symloss/losses/matching`. The majority in each cluster: `clusteringAccuracy`.",
    },
    adjusted_rand_score: { ours: "adjustedRandIndex(target, preds)" },
    normalized_mutual_info_score: {
      ours: "normalizedMutualInformation(target, preds, { average: average_method })",
      differences: "Two trivial partitions give 1 here, 0 there.",
    },
    "rand_score mutual_info_score adjusted_mutual_info_score fowlkes_mallows_index homogeneity_score completeness_score v_measure_score":
      { none: "`adjustedRandIndex` and `normalizedMutualInformation` are what is here of their kind" },
    "calinski_harabasz_score davies_bouldin_score dunn_index": { none: "they judge clusters without labels" },

    retrieval_normalized_dcg: {
      ours: "ndcg(target, preds, { k: top_k })",
      differences: "A value for each list. No relevant item gives `whenUndefined`, NaN by default; 0 there.",
    },
    retrieval_auroc: { ours: "rocAuc(target, preds)" },
    retrieval_average_precision: {
      ours: "averagePrecision(target, preds)",
      differences: "There items with a score of 0 or below are dropped.",
    },
    "retrieval_fall_out retrieval_hit_rate retrieval_precision retrieval_precision_recall_curve retrieval_r_precision retrieval_recall retrieval_reciprocal_rank":
      { none: "`precision` and `recall` of the top items are not in the catalogue" },

    dice_score: {
      ours: "sub(1, diceLoss(target, preds, { smooth: 0 }))",
      differences: "A class in neither is 1 here, NaN there.",
    },
    generalized_dice_score: { ours: "sub(1, generalizedDice(target, preds, { weighting: weight_type }))" },
    mean_iou: { ours: "meanIou(target, preds, num_classes)", differences: "Class indices; also one-hot there." },
    hausdorff_distance: { none: "it needs distances between sets of points" },
    intersection_over_union: { ours: "boxIou(target, preds)", differences: "Pairs of boxes, row by row." },
    generalized_intersection_over_union: { ours: "sub(1, giouLoss(target, preds))" },
    distance_intersection_over_union: { ours: "sub(1, diouLoss(target, preds))" },
    complete_intersection_over_union: { ours: "sub(1, ciouLoss(target, preds))" },
    "panoptic_quality modified_panoptic_quality": { none: "they match segments of images" },
    "pairwise_cosine_similarity pairwise_euclidean_distance pairwise_linear_similarity pairwise_manhattan_distance pairwise_minkowski_distance":
      { none: "they are distances between all pairs of rows: `norm` of a difference of `expandDims`" },
    perplexity: {
      ours: "perplexity(target, preds, { ignoreIndex: ignore_index })",
      differences: "From logits; there from probabilities, and Infinity as soon as one underflows.",
    },
  },
};

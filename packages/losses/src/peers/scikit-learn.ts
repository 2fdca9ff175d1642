/** What are the metrics of scikit-learn here? */
import type { Peer } from "./peer.ts";

export const scikitLearn: Peer = {
  name: "scikit-learn",
  modules: "`sklearn.metrics`",
  version: "1.9",
  conventions:
    'Targets come first, as here. Means over samples are taken there; `sample_weight` is `reduce(loss, { weights: sample_weight, reduction: "weightedMean" })`. Several outputs are averaged by `multioutput`: here by `.mean()`. `zero_division` is `whenUndefined`. Labels here are class indices from 0, so that a function that must know their number takes `classes`.',
  functions: {
    mean_squared_error: { ours: "squaredDifferences(y_true, y_pred).mean()" },
    root_mean_squared_error: {
      ours: "rootMeanSquaredError(y_true, y_pred, { axis: 0 }).mean()",
    },
    mean_absolute_error: { ours: "absoluteDifferences(y_true, y_pred).mean()" },
    mean_absolute_percentage_error: {
      ours: "absolutePercentageErrors(y_true, y_pred).mean()",
      differences: "A target of 0 divides by `epsilon` = 1e-7 here, by 2.2e-16 there.",
    },
    mean_squared_log_error: {
      ours: "squaredLogDifferences(y_true, y_pred).mean()",
      differences: "Predictions below -1 give NaN here, and an error there.",
    },
    root_mean_squared_log_error: { ours: "rootMeanSquaredError(log1p(y_true), log1p(y_pred), { axis: 0 }).mean()" },
    mean_pinball_loss: { ours: "pinball(y_true, y_pred, { quantile: alpha }).mean()" },
    "mean_poisson_deviance mean_gamma_deviance mean_tweedie_deviance d2_tweedie_score": {
      none: "deviances are not in the catalogue; twice `poissonNll` differs from the first by what depends on targets alone",
    },
    "median_absolute_error max_error": {
      none: "`max(absoluteDifferences(y_true, y_pred))` is the largest; there is no median",
    },
    "d2_absolute_error_score d2_pinball_score d2_log_loss_score d2_brier_score": {
      none: "1 minus a quotient of two losses, of the predictions and of the best constant",
    },
    explained_variance_score: {
      ours: "explainedVariance(y_true, y_pred, { axis: 0 }).mean()",
      differences: "Constant targets divide by `epsilon` here; there they give 1 or 0.",
    },
    r2_score: {
      ours: "r2Score(y_true, y_pred)",
      differences: "As with `force_finite` there: constant targets give 1 if they are met, else 0.",
    },
    accuracy_score: { ours: "accuracy(y_true, y_pred)" },
    zero_one_loss: { ours: "sub(1, accuracy(y_true, y_pred))" },
    hamming_loss: { ours: "notEqual(y_true, y_pred).mean()" },
    balanced_accuracy_score: { ours: "balancedAccuracy(y_true, y_pred, classes)" },
    top_k_accuracy_score: {
      ours: "topKAccuracy(y_true, y_score, { k }).mean()",
      differences: "Of ties the smaller index counts first here, the larger there.",
    },
    brier_score_loss: {
      ours: "brierScore(y_true, y_proba).mean()",
      differences: "Several classes: `axis`.",
    },
    log_loss: {
      ours: "sparseCategoricalCrossentropy(y_true, y_pred, { normalize: true }).mean()",
      differences:
        "Two classes: `binaryCrossentropy`. Probabilities are clipped at `epsilon` = 1e-7 here, at the smallest difference of their dtype there.",
    },
    hinge_loss: {
      ours: "hingeLoss(pred_decision, y_true).mean()",
      differences: "Several classes: `multiclassHingeLoss(pred_decision, y_true)`.",
    },
    confusion_matrix: {
      ours: "confusionMatrix(y_true, y_pred, classes, { normalize })",
      differences: '`normalize: "predicted"` is `"pred"` there.',
    },
    "multilabel_confusion_matrix confusion_matrix_at_thresholds metric_at_thresholds": {
      none: "`confusionMatrix` of each label or threshold",
    },
    precision_score: { ours: "precision(y_true, y_pred, { average, classes })" },
    recall_score: { ours: "recall(y_true, y_pred, { average, classes })" },
    f1_score: { ours: "fBeta(y_true, y_pred, { average, classes })" },
    fbeta_score: { ours: "fBeta(y_true, y_pred, { beta, average, classes })" },
    precision_recall_fscore_support: { none: "`precision`, `recall` and `fBeta`, each by itself" },
    class_likelihood_ratios: { none: "quotients of `recall` and `specificity`" },
    classification_report: { none: "it is a text" },
    jaccard_score: {
      ours: 'jaccardScore(y_true, y_pred, classes, { absent: "zero" })',
      differences: "A value for each class here.",
    },
    matthews_corrcoef: { ours: "matthewsCorrelation(y_true, y_pred, classes)" },
    cohen_kappa_score: {
      ours: "cohenKappa(y1, y2, classes, { weights })",
      differences: "0 where it is undefined, NaN there.",
    },
    roc_auc_score: {
      ours: "rocAuc(y_true, y_score)",
      differences: "Two classes. One class alone gives `whenUndefined`, NaN by default.",
    },
    average_precision_score: {
      ours: "averagePrecision(y_true, y_score)",
      differences: "No positives give `whenUndefined`, NaN by default; 0 there.",
    },
    roc_curve: {
      ours: "rocCurve(y_true, y_score)",
      differences: "As many points as samples, and one; there points on a line are dropped.",
    },
    precision_recall_curve: {
      ours: "precisionRecallCurve(y_true, y_score)",
      differences: "As many points as samples, and one, from the largest score down.",
    },
    det_curve: { none: "1 minus the true positive rate of `rocCurve`" },
    auc: { none: "the area under points that are given; `rocAuc` needs none" },
    ndcg_score: {
      ours: "ndcg(y_true, y_score, { k })",
      differences: "A value for each list. No relevant item gives `whenUndefined`, NaN by default; 0 there.",
    },
    dcg_score: { ours: "dcg(y_true, y_score, { k })" },
    "coverage_error label_ranking_average_precision_score label_ranking_loss": {
      none: "rankings of labels are not in the catalogue",
    },
    adjusted_rand_score: { ours: "adjustedRandIndex(labels_true, labels_pred)" },
    normalized_mutual_info_score: {
      ours: "normalizedMutualInformation(labels_true, labels_pred, { average: average_method })",
    },
    "rand_score mutual_info_score adjusted_mutual_info_score fowlkes_mallows_score": {
      none: "`adjustedRandIndex` and `normalizedMutualInformation` are what is here of their kind",
    },
    "homogeneity_score completeness_score v_measure_score homogeneity_completeness_v_measure": {
      none: "`normalizedMutualInformation` is the last of them; the others have entropies of one side below",
    },
    "silhouette_score silhouette_samples calinski_harabasz_score davies_bouldin_score": {
      none: "they judge clusters without labels",
    },
    "pair_confusion_matrix consensus_score cluster": { none: "they are about pairs and biclusters" },
    "euclidean_distances nan_euclidean_distances pairwise_distances pairwise_distances_argmin pairwise_distances_argmin_min pairwise_distances_chunked pairwise_kernels DistanceMetric":
      { none: "they are distances between all pairs of rows: `norm` of a difference of `expandDims`" },
    "make_scorer get_scorer get_scorer_names check_scoring": { none: "a metric here is a function" },
    "ConfusionMatrixDisplay DetCurveDisplay PrecisionRecallDisplay PredictionErrorDisplay RocCurveDisplay": {
      none: "they draw",
    },
  },
};

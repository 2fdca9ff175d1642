/** What are the losses of PyTorch here? */
import type { Peer } from "./peer.ts";

export const pytorch: Peer = {
  name: "PyTorch",
  modules: "`torch.nn` and `torch.nn.functional`",
  version: "2.9",
  conventions:
    "The input comes first there, the target here. There `reduction` is `mean` by default; here results are unreduced: leave out `.mean()` for `none`, write `.sum()` for `sum`. Classes lie on axis 1 there, on the last here, or where `axis` says. Shapes that repeat each other are an error here, a warning there.",
  functions: {
    "MSELoss mse_loss": { ours: "squaredDifferences(target, input).mean()" },
    "L1Loss l1_loss": { ours: "absoluteDifferences(target, input).mean()" },
    "HuberLoss huber_loss": { ours: "huber(target, input, { delta }).mean()" },
    "SmoothL1Loss smooth_l1_loss": { ours: "smoothL1(target, input, { beta }).mean()" },
    "CrossEntropyLoss cross_entropy": {
      ours: "sparseSoftmaxCrossentropyLogits(target, input, { ignoreIndex: ignore_index, labelSmoothing: label_smoothing, axis: 1 }).mean()",
      differences:
        'No `ignoreIndex` by default, -100 there. The mean with `weight` or ignored rows is `reduce(loss, { weights: rowWeights(target, weight, { ignoreIndex }), reduction: "weightedMean" })`; class weights multiply the whole smoothed loss here, and enter the smoothing there. Probabilities as targets: `softmaxCrossentropyLogits(target, input, { classWeights: weight, axis: 1 })`.',
    },
    "NLLLoss nll_loss NLLLoss2d": {
      ours: "negativeLogLikelihood(target, input, { ignoreIndex: ignore_index, axis: 1 }).mean()",
      differences: "As `CrossEntropyLoss`: no `ignoreIndex` by default, and `weight` through `rowWeights`.",
    },
    linear_cross_entropy: { none: "no loss is fused with the layer before it" },
    "BCELoss binary_cross_entropy": {
      ours: "binaryCrossentropy(target, input).mean()",
      differences:
        "Probabilities are clipped at `epsilon` = 1e-7 with a gradient beyond; there the logarithm is at least -100. `weight` is `reduce(loss, { weights: weight })`.",
    },
    "BCEWithLogitsLoss binary_cross_entropy_with_logits": {
      ours: "sigmoidCrossentropyLogits(target, input, { positiveWeight: pos_weight }).mean()",
      differences: "`weight` is `reduce(loss, { weights: weight })`.",
    },
    "KLDivLoss kl_div": {
      ours: "klDivergence(target, input).mean()",
      differences:
        "Classes are summed, as by `batchmean` there; `mean` there divides by the number of all elements. With `log_target`: `klDivergenceLog(target, input)`.",
    },
    "PoissonNLLLoss poisson_nll_loss": {
      ours: "poissonNllLog(target, input, { full }).mean()",
      differences:
        "With `log_input=False`: `poissonNll(target, input, { full, epsilon: eps })`, whose epsilon is 0 by default. `full` is exact here, Stirling's approximation for targets above 1 there.",
    },
    "GaussianNLLLoss gaussian_nll_loss": {
      ours: "gaussianNll(target, input, variance, { full, epsilon: eps }).mean()",
      differences: "A variance that isn't above 0 is an error here.",
    },
    "HingeEmbeddingLoss hinge_embedding_loss": {
      ours: "hingeEmbedding(input, target, { margin }).mean()",
      differences: "Targets are checked to be -1 or 1; there others add up both cases.",
    },
    "MarginRankingLoss margin_ranking_loss": { ours: "marginRanking(input1, input2, target, { margin }).mean()" },
    "MultiMarginLoss multi_margin_loss": {
      ours: "multiMargin(input, target, { delta: margin, power: p, classWeights: weight }).mean()",
    },
    "MultiLabelMarginLoss multilabel_margin_loss": {
      ours: "multilabelMargin(input, target).mean()",
      differences: "Targets are 0 or 1 for each class, not lists of indices that end with -1.",
    },
    "SoftMarginLoss soft_margin_loss": {
      ours: "softMargin(input, target).mean()",
      differences: "Does not overflow.",
    },
    "MultiLabelSoftMarginLoss multilabel_soft_margin_loss": {
      ours: "multilabelSoftMargin(target, input, { classWeights: weight }).mean()",
    },
    "CosineEmbeddingLoss cosine_embedding_loss": {
      ours: "cosineEmbedding(input1, input2, target, { margin }).mean()",
      differences: "A zero vector has the cosine 0 and no gradient here; there squared norms have 1e-12 added.",
    },
    "CosineSimilarity cosine_similarity": {
      ours: "cosineSimilarity(x1, x2, { axis: dim })",
      differences: "No `eps`: a zero vector gives 0.",
    },
    "PairwiseDistance pairwise_distance": {
      ours: "norm(sub(x1, x2), { axis: -1, keepAxes: keepdim })",
      differences:
        "The Euclidean norm alone; there 1e-6 is added to the difference, so that equal vectors are not at 0.",
    },
    "TripletMarginLoss triplet_margin_loss": {
      ours: "tripletMargin(anchor, positive, negative, { margin, power: p, swap }).mean()",
      differences: "Nothing is added to differences, 1e-6 there.",
    },
    "TripletMarginWithDistanceLoss triplet_margin_with_distance_loss": {
      ours: "tripletFromDistances(distance_function(anchor, positive), distance_function(anchor, negative), { margin }).mean()",
      differences: "`swap`: give `minimum` of both distances of the negative.",
    },
    "CTCLoss ctc_loss": {
      ours: "ctc(targets, log_probs, { labelLengths: target_lengths, logitLengths: input_lengths, blank }).mean()",
      differences:
        "Batch first, and logits are log-softmaxed here, which leaves log probabilities as they are. `mean` there divides by the lengths of targets first. `zero_infinity` is `whenImpossible: 0`. Targets are rows, not one concatenated list.",
    },
    AdaptiveLogSoftmaxWithLoss: { none: "it is a layer with parameters" },
  },
};

import { type ArrayInput, type Tensor, compile, isSymlossError, ndarray, tanh } from "@symloss/core";
import { describe, expect, it } from "vitest";
import { engine, valueOf } from "../test/on-cpu.ts";
import {
  accuracy,
  binaryCrossentropy,
  categoricalCrossentropy,
  categoricalEntropy,
  categoricalLogProbability,
  clusteringAccuracy,
  cosineSimilarity,
  explainedVariance,
  fgmmVae,
  gaussianNll,
  hingeLoss,
  huber,
  multiMargin,
  multiclassHingeLoss,
  multilabelMargin,
  negativeLogLikelihood,
  normalDivergence,
  normalEntropy,
  normalLogProbability,
  poissonNll,
  reduce,
  reduceParts,
  rowMask,
  rowWeights,
  smoothLabels,
  softmaxCrossentropyLogits,
  softmaxFocalCrossentropyLogits,
  sparseSigmoidCrossentropyLogits,
  sparseSoftmaxCrossentropyLogits,
  squaredDifferences,
  squaredHinge,
  vae,
  vaeCompGmm,
  vaeGmm,
} from "./index.ts";

/** An array of ones. */
const ones = (...shape: number[]): ArrayInput =>
  ndarray(new Float32Array(shape.reduce((size, length) => size * length, 1)).fill(1), shape);
/** A call that the types forbid. */
const untyped = (loss: unknown) => loss as (...args: unknown[]) => Tensor;

const pair = [
  [1, 2],
  [3, 4],
];
const gmm = [ones(3, 7), ones(3, 7), ones(3, 5), ones(3, 5), ones(4, 5), ones(4, 5), ones(4)] as const;
const comp = [ones(3, 7), ones(3, 7), ones(3, 2, 5), ones(3, 2, 5), ones(2, 4, 5), ones(2, 4, 5), ones(2, 4)] as const;
const fgmm = [
  ones(3, 7),
  ones(3, 7),
  ones(7),
  ones(5),
  ones(3, 5),
  ones(3, 5),
  ones(2, 4, 5),
  ones(3, 2, 4),
  ones(3, 2),
  ones(2, 4),
  ones(2),
] as const;

/** Each call, and the message that it must give. */
const cases: readonly (readonly [string, () => unknown, string])[] = [
  [
    "no argument",
    () => untyped(huber)(),
    "ShapeError: huber: targets must be given, got 0 arguments. The arguments are targets, predictions.",
  ],
  [
    "one argument",
    () => untyped(huber)([1]),
    "ShapeError: huber: predictions must be given, got 1 argument. The arguments are targets, predictions.",
  ],
  [
    "too many arguments",
    () => untyped(huber)([1], [1], {}, 1),
    "ShapeError: huber: after targets, predictions only options may follow, got 4 arguments.",
  ],
  [
    "a missing named argument",
    () => untyped(huber)({ targets: [1] }),
    "ShapeError: huber: predictions must be given, got a record of targets. The arguments are targets, predictions.",
  ],
  [
    "an unknown named argument",
    () => untyped(huber)({ targets: [1], prediction: [1] }),
    'ShapeError: huber: arguments must be among targets, predictions, got "prediction". Did you mean predictions?',
  ],
  [
    "more than options after named arguments",
    () => untyped(huber)({ targets: [1], predictions: [1] }, {}, {}),
    "ShapeError: huber: after a record of arguments only options may follow, got 3 arguments.",
  ],
  [
    "an unknown option",
    () => untyped(huber)([1], [1], { dleta: 1 }),
    'OutOfRangeError: huber: options must be among delta, got "dleta". Did you mean delta?',
  ],
  [
    "the seed's name of an option",
    () => untyped(vaeGmm)(...gmm, { logvar_x: 1 }),
    'OutOfRangeError: vaeGmm: options must be among logVarianceX, formula, got "logvar_x". Did you mean logVarianceX?',
  ],
  [
    "an option that resembles none",
    () => untyped(huber)([1], [1], { axis: 1 }),
    'OutOfRangeError: huber: options must be among delta, got "axis".',
  ],
  [
    "an option where there are none",
    () => untyped(accuracy)([1], [1], { axis: 1 }),
    'OutOfRangeError: accuracy: options must not be given, got "axis". There are none.',
  ],
  [
    "options that are no record",
    () => untyped(huber)([1], [1], 0.5),
    "DTypeError: huber: options must be a record, got 0.5.",
  ],
  ["null as options", () => untyped(huber)([1], [1], null), "DTypeError: huber: options must be a record, got null."],
  [
    "a string",
    () => untyped(huber)("1", [1]),
    'DTypeError: huber: targets must be a number, a boolean, a typed array, nested lists of numbers or an NDArray, got the string "1".',
  ],
  [
    "several arrays",
    () => untyped(huber)([ones(2), ones(2)], pair),
    "DTypeError: huber: targets must hold numbers or booleans, got the NDArray f32[2]. Use stack([..]) to make one Tensor of several, or ndarray([x.toArray(), ..]) to make one array.",
  ],
  [
    "ragged lists",
    () => huber([[1, 2], [3]], [1, 2]),
    "ShapeError: huber: targets must have lists of one length at depth 1, got lengths 2 and 1.",
  ],
  [
    "ragged lists as class indices",
    () => sparseSoftmaxCrossentropyLogits([[0], 1], pair),
    "ShapeError: sparseSoftmaxCrossentropyLogits: labels must have lists at depth 1, got the number 1 among them.",
  ],
  [
    "shapes that do not broadcast",
    () => huber([1, 2, 3], [1, 2, 3, 4]),
    "ShapeError: huber: targets and predictions must have shapes that broadcast, got f32[3] and f32[4]. " +
      "Aligned at the last axis, lengths must be equal or 1.",
  ],
  [
    "shapes that do not broadcast, squared",
    () => squaredDifferences([1, 2, 3], [1, 2]),
    "ShapeError: squaredDifferences: x and y must have shapes that broadcast, got f32[3] and f32[2]. " +
      "Aligned at the last axis, lengths must be equal or 1.",
  ],
  [
    "shapes that do not broadcast, hinge",
    () => hingeLoss([1, 2, 3], [1, -1]),
    "ShapeError: hingeLoss: predictions and targets must have shapes that broadcast, got f32[3] and f32[2]. " +
      "Aligned at the last axis, lengths must be equal or 1.",
  ],
  [
    "shapes that do not broadcast, sigmoid",
    () => sparseSigmoidCrossentropyLogits([1, 0, 1], pair),
    "ShapeError: sparseSigmoidCrossentropyLogits: labels and logits must have shapes that broadcast, got f32[3] and f32[2,2]. " +
      "Aligned at the last axis, lengths must be equal or 1.",
  ],
  [
    "a negative delta",
    () => huber([1], [1], { delta: -1 }),
    "OutOfRangeError: huber: delta must be 0 or above, got -1.",
  ],
  [
    "a delta that is NaN",
    () => huber([1], [1], { delta: NaN }),
    "OutOfRangeError: huber: delta must be 0 or above, got NaN.",
  ],
  [
    "a negative delta in an array",
    () => valueOf(hingeLoss([1, 1], [1, 1], { delta: [1, -2] })),
    "OutOfRangeError: hingeLoss: delta must be 0 or above, got -2 at [1].",
  ],
  [
    "a delta larger than the loss",
    () => huber([1], [1], { delta: [1, 2] }),
    "ShapeError: huber: delta must broadcast to [..], here [1], got f32[2].",
  ],
  [
    "a string as delta",
    () => untyped(huber)([1], [1], { delta: "1" }),
    'DTypeError: huber: delta must be a number, a boolean, a typed array, nested lists of numbers or an NDArray, got the string "1".',
  ],
  [
    "unequal shapes for variances",
    () => explainedVariance([1, 2], [[1, 2]]),
    "ShapeError: explainedVariance: targets and predictions must be [..] and [..], got f32[2] and f32[1,2]. " +
      ".. is [2] in targets and [1,2] in predictions.",
  ],
  [
    "an axis that there is not",
    () => explainedVariance([1, 2], [1, 2], { axis: 1 }),
    "OutOfRangeError: explainedVariance: axis must be one of a tensor of rank 1 (an integer from -1 to 0), got 1.",
  ],
  [
    "an axis that is no integer",
    () => untyped(explainedVariance)([1, 2], [1, 2], { axis: "rows" }),
    'DTypeError: explainedVariance: axis must be an integer, a list of them or null, got the string "rows".',
  ],
  [
    "a negative epsilon",
    () => explainedVariance([1, 2], [1, 2], { epsilon: -1e-6 }),
    "OutOfRangeError: explainedVariance: epsilon must be 0 or above, got -0.000001.",
  ],
  [
    "a tensor as epsilon",
    () => untyped(explainedVariance)([1, 2], [1, 2], { epsilon: [1] }),
    "DTypeError: explainedVariance: epsilon must be a number, got a list.",
  ],
  [
    "class indices as a distribution",
    () => softmaxCrossentropyLogits([0, 1, 1], pair),
    "ShapeError: softmaxCrossentropyLogits: labels and logits must be [.., classes] and [.., classes], got f32[3] and f32[2,2]. " +
      "classes is 3 in labels and 2 in logits. For class indices there is sparseSoftmaxCrossentropyLogits.",
  ],
  [
    "a distribution as class indices",
    () => sparseSoftmaxCrossentropyLogits(pair, pair),
    "ShapeError: sparseSoftmaxCrossentropyLogits: labels and logits must be [..] and [.., classes], got f32[2,2] and f32[2,2]. " +
      ".. is [2,2] in labels and [2] in logits. For labels that are distributions there is softmaxCrossentropyLogits.",
  ],
  [
    "a column of class indices",
    () => sparseSoftmaxCrossentropyLogits([[0], [1]], pair),
    "ShapeError: sparseSoftmaxCrossentropyLogits: labels and logits must be [..] and [.., classes], got f32[2,1] and f32[2,2]. " +
      ".. is [2,1] in labels and [2] in logits. For labels that are distributions there is softmaxCrossentropyLogits.",
  ],
  [
    "a scalar as logits",
    () => sparseSoftmaxCrossentropyLogits(0, 1),
    "ShapeError: sparseSoftmaxCrossentropyLogits: logits must be [.., classes], got f32[].",
  ],
  [
    "a label of -1",
    () => valueOf(sparseSoftmaxCrossentropyLogits([0, -1], pair)),
    "OutOfRangeError: sparseSoftmaxCrossentropyLogits: labels must be integers from 0 to 1, got -1 at [1]. Classes count from 0.",
  ],
  [
    "a label that is the number of classes",
    () => valueOf(sparseSoftmaxCrossentropyLogits(new Int32Array([2, 0]), pair)),
    "OutOfRangeError: sparseSoftmaxCrossentropyLogits: labels must be integers from 0 to 1, got 2 at [0]. Classes count from 0.",
  ],
  [
    "a label between two classes",
    () => valueOf(sparseSoftmaxCrossentropyLogits([0, 0.5], pair)),
    "OutOfRangeError: sparseSoftmaxCrossentropyLogits: labels must be integers from 0 to 1, got 0.5 at [1]. Classes count from 0.",
  ],
  [
    "a label that is NaN",
    () => valueOf(sparseSoftmaxCrossentropyLogits([NaN, 0], pair)),
    "OutOfRangeError: sparseSoftmaxCrossentropyLogits: labels must be integers from 0 to 1, got NaN at [0]. Classes count from 0.",
  ],
  [
    "a label out of range at a compiled call",
    () => compile((labels, logits) => sparseSoftmaxCrossentropyLogits(labels, logits), { engine })([0, 3], pair),
    "OutOfRangeError: sparseSoftmaxCrossentropyLogits: labels must be integers from 0 to 1, got 3 at [1]. Classes count from 0.",
  ],
  [
    "one class for the multi-class hinge",
    () => multiclassHingeLoss([[1], [2]], [0, 0]),
    "ShapeError: multiclassHingeLoss: predictions must have a number of classes from 2, got f32[2,1].",
  ],
  [
    "two ones in a one-hot row",
    () =>
      valueOf(
        multiclassHingeLoss(pair, [
          [1, 0],
          [1, 1],
        ]),
      ),
    "OutOfRangeError: multiclassHingeLoss: targets must be one-hot (a single 1 in each row, else 0), got 2 ones in row [1].",
  ],
  [
    "a one-hot row that is a distribution",
    () =>
      valueOf(
        multiclassHingeLoss(pair, [
          [1, 0],
          [0.5, 0.5],
        ]),
      ),
    "OutOfRangeError: multiclassHingeLoss: targets must be one-hot (a single 1 in each row, else 0), got 0.5 at [1, 0].",
  ],
  [
    "targets of a wrong rank",
    () => multiclassHingeLoss(pair, [[[1]]]),
    "ShapeError: multiclassHingeLoss: predictions and targets must be [.., classes] and [..] or [.., classes], got f32[2,2] and f32[1,1,1]. " +
      ".. is [2] in predictions and [1,1,1] in targets. Targets are class indices or one-hot rows.",
  ],
  [
    "targets of a wrong rank, accuracy",
    () => accuracy(pair, [1, 2]),
    "ShapeError: accuracy: targets must be [batch], got f32[2,2].",
  ],
  [
    "predictions of a wrong rank, accuracy",
    () => accuracy([1, 2], [[[1]]]),
    "ShapeError: accuracy: predictions must be [batch] or [batch, classes], got f32[1,1,1].",
  ],
  [
    "another batch",
    () => accuracy([1, 2], [1, 2, 3]),
    "ShapeError: accuracy: targets and predictions must be [batch] and [batch] or [batch, classes], got f32[2] and f32[3]. " +
      "batch is 2 in targets and 3 in predictions.",
  ],
  [
    "targets beyond the scores",
    () => valueOf(accuracy([1, 2], pair)),
    "OutOfRangeError: accuracy: targets must be integers from 0 to 1, got 2 at [1]. Classes count from 0.",
  ],
  [
    "a cluster out of range",
    () => valueOf(clusteringAccuracy([0, 1], [0, 2], 2)),
    "OutOfRangeError: clusteringAccuracy: predictions must be integers from 0 to 1, got 2 at [1]. Classes count from 0.",
  ],
  [
    "a label out of range",
    () => valueOf(clusteringAccuracy([0, 2], [0, 1], 2)),
    "OutOfRangeError: clusteringAccuracy: labels must be integers from 0 to 1, got 2 at [1]. Classes count from 0.",
  ],
  [
    "no clusters",
    () => clusteringAccuracy([0], [0], 0),
    "OutOfRangeError: clusteringAccuracy: clusters must be an integer from 1, got 0.",
  ],
  [
    "a list of clusters",
    () => untyped(clusteringAccuracy)([0], [0], [2]),
    "OutOfRangeError: clusteringAccuracy: clusters must be an integer from 1, got a list.",
  ],
  [
    "half a label",
    () => clusteringAccuracy([0], [0], 2, { labelCount: 1.5 }),
    "OutOfRangeError: clusteringAccuracy: labelCount must be an integer from 1, got 1.5.",
  ],
  [
    "an unknown formula",
    () => untyped(vae)(ones(1, 1), ones(1, 1), ones(1, 1), ones(1, 1), { formula: "right" }),
    'OutOfRangeError: vae: formula must be one of "symjax", "corrected", got "right".',
  ],
  [
    "an unknown mode",
    () => untyped(fgmmVae)(...fgmm, { mode: "gauss" }),
    'OutOfRangeError: fgmmVae: mode must be one of "bernoulli", "categorical", got "gauss".',
  ],
  [
    "a mode that is no string",
    () => untyped(fgmmVae)(...fgmm, { mode: 1 }),
    'OutOfRangeError: fgmmVae: mode must be one of "bernoulli", "categorical", got 1.',
  ],
  [
    "a variance of 0",
    () =>
      valueOf(
        vae(ones(2, 3), ones(2, 3), ones(2, 2), [
          [1, 1],
          [1, 0],
        ]),
      ),
    "OutOfRangeError: vae: qVariance must be above 0, got 0 at [1, 1].",
  ],
  [
    "a log variance in place of a variance",
    () => valueOf(vae(ones(2, 3), ones(2, 3), ones(2, 2), ones(2, 2), { zVariance: [0.5, -1] })),
    "OutOfRangeError: vae: zVariance must be above 0, got -1 at [1].",
  ],
  [
    "a number as variance that is none",
    () => vae(ones(2, 3), ones(2, 3), ones(2, 2), ones(2, 2), { xVariance: 0 }),
    "OutOfRangeError: vae: xVariance must be above 0, got 0.",
  ],
  [
    "a covariance matrix for each sample",
    () => vae(ones(3, 7), ones(3, 7), ones(3, 5), ones(3, 5, 5)),
    "ShapeError: vae: qVariance must be [batch, K], got f32[3,5,5]. Covariances are diagonal: a variance for each dimension, not a matrix.",
  ],
  [
    "a covariance matrix as prior",
    () => vae(ones(3, 7), ones(3, 7), ones(3, 5), ones(3, 5), { zVariance: ones(5, 5) }),
    "ShapeError: vae: zVariance must broadcast to [batch, K], here [3,5], got f32[5,5]. " +
      "Covariances are diagonal: a variance for each dimension, not a matrix.",
  ],
  [
    "another number of dimensions",
    () => vae(ones(3, 7), ones(3, 6), ones(3, 5), ones(3, 5)),
    "ShapeError: vae: x and xHat must be [batch, D] and [batch, D], got f32[3,7] and f32[3,6]. D is 7 in x and 6 in xHat.",
  ],
  [
    "another number of latent dimensions",
    () => vaeGmm(gmm[0], gmm[1], gmm[2], gmm[3], ones(4, 6), gmm[5], gmm[6]),
    "ShapeError: vaeGmm: zMean and mean must be [batch, K] and [clusters, K], got f32[3,5] and f32[4,6]. K is 5 in zMean and 6 in mean.",
  ],
  [
    "pieces that are missing",
    () => vaeCompGmm(comp[0], comp[1], ones(3, 5), comp[3], comp[4], comp[5], comp[6]),
    "ShapeError: vaeCompGmm: zMean must be [batch, pieces, K], got f32[3,5].",
  ],
  [
    "a log variance that the formula does not use",
    () => vaeCompGmm(...comp, { logVarianceX: 0.5 }),
    'OutOfRangeError: vaeCompGmm: logVarianceX must not be given with formula "symjax", which does not use it, got f32[]. Choose formula "corrected".',
  ],
  [
    "another number of factors",
    () => fgmmVae(...(fgmm.with(10, ones(3)) as unknown as typeof fgmm)),
    "ShapeError: fgmmVae: mean and logPiA must be [factors, clusters, K] and [factors], got f32[2,4,5] and f32[3]. factors is 2 in mean and 3 in logPiA.",
  ],
  [
    "a density without dimensions",
    () => normalLogProbability(0, { mean: 0, variance: 1 }),
    "ShapeError: normalLogProbability: one of x, mean, variance must have an axis of dimensions, got scalars.",
  ],
  [
    "a density whose shapes do not broadcast",
    () => normalEntropy({ mean: [1, 2, 3], variance: [1, 2] }),
    "ShapeError: normalEntropy: mean and variance must have shapes that broadcast, got f32[3] and f32[2]. " +
      "Aligned at the last axis, lengths must be equal or 1.",
  ],
  [
    "a divergence from a variance of 0",
    () => valueOf(normalDivergence({ mean: [0], variance: [1] }, { mean: [0], variance: [0] })),
    "OutOfRangeError: normalDivergence: to.variance must be above 0, got 0 at [0].",
  ],
  [
    "a class that is not drawn from the logits",
    () => valueOf(categoricalLogProbability([2], [[0, 0]])),
    "OutOfRangeError: categoricalLogProbability: x must be integers from 0 to 1, got 2 at [0]. Classes count from 0.",
  ],
  [
    "the entropy of a scalar",
    () => categoricalEntropy(1),
    "ShapeError: categoricalEntropy: logits must be [.., classes], got f32[].",
  ],
  [
    "an unknown reduction",
    () => untyped(reduce)([1], { reduction: "average" }),
    'OutOfRangeError: reduce: reduction must be one of "none", "sum", "mean", "weightedMean", "meanOverNonzero", got "average".',
  ],
  [
    "weights larger than the loss",
    () => reduce([1, 2, 3], { weights: [1, 2, 3, 4] }),
    "ShapeError: reduce: weights must broadcast to the shape of loss, here [3], got f32[4].",
  ],
  [
    "a column beside a row",
    () => huber([1, 2, 3], [[1], [2], [3]]),
    "ShapeError: huber: targets and predictions must broadcast to the shape of one of the two, got f32[3] and f32[3,1], " +
      "which together are [3,3]. Did you mean predictions.squeeze(-1)? Else reshape one of them, or repeat it on purpose with broadcastTo.",
  ],
  [
    "a column beside a row, hinge",
    () => hingeLoss([[1], [2]], [1, -1, 1]),
    "ShapeError: hingeLoss: predictions and targets must broadcast to the shape of one of the two, got f32[2,1] and f32[3], " +
      "which together are [2,3]. Reshape one of them, or repeat it on purpose with broadcastTo.",
  ],
  [
    "a column of distributions beside logits",
    () => softmaxCrossentropyLogits([[pair[0]!], [pair[1]!]], pair),
    "ShapeError: softmaxCrossentropyLogits: labels and logits must broadcast to the shape of one of the two, got f32[2,1,2] and f32[2,2], " +
      "which together are [2,2]. Did you mean labels.squeeze(-2)? Else reshape one of them, or repeat it on purpose with broadcastTo.",
  ],
  [
    "a label that is neither a class nor ignored",
    () => valueOf(sparseSoftmaxCrossentropyLogits([0, -1], pair, { ignoreIndex: -100 })),
    "OutOfRangeError: sparseSoftmaxCrossentropyLogits: labels must be integers from 0 to 1, or -100, got -1 at [1]. Classes count from 0.",
  ],
  [
    "half an ignored label",
    () => negativeLogLikelihood([0, 1], pair, { ignoreIndex: 0.5 }),
    "OutOfRangeError: negativeLogLikelihood: ignoreIndex must be an integer, got 0.5.",
  ],
  [
    "a probability above 1",
    () => valueOf(binaryCrossentropy([1, 0], [0.5, 1.5])),
    "OutOfRangeError: binaryCrossentropy: probabilities must be from 0 to 1, got 1.5 at [1]. Of logits take sigmoidCrossentropyLogits.",
  ],
  [
    "logits as probabilities",
    () => valueOf(categoricalCrossentropy([[0, 1]], [[-2, 3]])),
    "OutOfRangeError: categoricalCrossentropy: probabilities must be from 0 to 1, got -2 at [0, 0]. Of logits take softmaxCrossentropyLogits.",
  ],
  [
    "more smoothing than there is",
    () => softmaxCrossentropyLogits(pair, pair, { labelSmoothing: 1.5 }),
    "OutOfRangeError: softmaxCrossentropyLogits: labelSmoothing must be from 0 to 1, got 1.5.",
  ],
  [
    "a smoothing for each class",
    () => softmaxCrossentropyLogits(pair, pair, { labelSmoothing: [[0.1, 0.1, 0.1]] }),
    "ShapeError: softmaxCrossentropyLogits: labelSmoothing must broadcast to [..], here [2], got f32[1,3].",
  ],
  [
    "weights for other classes",
    () => softmaxCrossentropyLogits(pair, pair, { classWeights: [1, 2, 3] }),
    "ShapeError: softmaxCrossentropyLogits: labels and classWeights must be [.., classes] and [classes], got f32[2,2] and f32[3]. " +
      "classes is 2 in labels and 3 in classWeights. For class indices there is sparseSoftmaxCrossentropyLogits.",
  ],
  [
    "a class weight below 0",
    () => valueOf(multiMargin(pair, [0, 1], { classWeights: [1, -1] })),
    "OutOfRangeError: multiMargin: classWeights must be 0 or above, got -1 at [1].",
  ],
  [
    "a power that is neither 1 nor 2",
    () => untyped(multiMargin)(pair, [0, 1], { power: 3 }),
    "OutOfRangeError: multiMargin: power must be one of 1, 2, got 3.",
  ],
  [
    "0 and 1 as signs",
    () => valueOf(squaredHinge([0.5, 2], [1, 0])),
    "OutOfRangeError: squaredHinge: targets must be -1 or 1, got 0 at [1]. For 0 and 1, give 2 y - 1.",
  ],
  [
    "class indices as multi-hot rows",
    () =>
      valueOf(
        multilabelMargin(pair, [
          [2, 0],
          [1, 0],
        ]),
      ),
    "OutOfRangeError: multilabelMargin: targets must be multi-hot (0 or 1), got 2 at [0, 0].",
  ],
  [
    "a class axis that there is not",
    () => softmaxCrossentropyLogits(pair, pair, { axis: 2 }),
    "OutOfRangeError: softmaxCrossentropyLogits: axis must be one of a tensor of rank 2 (an integer from -2 to 1), got 2.",
  ],
  [
    "no classes",
    () => softmaxFocalCrossentropyLogits([], ones(0, 0)),
    "ShapeError: softmaxFocalCrossentropyLogits: logits must be [.., classes] with a number of classes from 1, got f32[0,0].",
  ],
  [
    "a negative count",
    () => valueOf(poissonNll([1, -1], [1, 1])),
    "OutOfRangeError: poissonNll: targets must be 0 or above, got -1 at [1].",
  ],
  [
    "a variance of 0 for a likelihood",
    () => valueOf(gaussianNll([1], [1], [0])),
    "OutOfRangeError: gaussianNll: variances must be above 0, got 0 at [0].",
  ],
  [
    "a flag that is none",
    () => untyped(poissonNll)([1], [1], { full: 1 }),
    "OutOfRangeError: poissonNll: full must be true or false, got 1.",
  ],
  [
    "vectors of other lengths",
    () => cosineSimilarity([[1, 2, 3]], [[1, 2]]),
    "ShapeError: cosineSimilarity: targets and predictions must be [.., d] and [.., d], got f32[1,3] and f32[1,2]. d is 3 in targets and 2 in predictions.",
  ],
  [
    "a smoothing for each row",
    () => smoothLabels(pair, [0.1, 0.2]),
    "ShapeError: smoothLabels: smoothing must be [], got f32[2].",
  ],
  [
    "a second divisor",
    () => reduce([1, 2], { reduction: "weightedMean", denominator: 2 }),
    'OutOfRangeError: reduce: denominator must be given with reduction "sum" or "mean", got "weightedMean". It has a divisor of its own.',
  ],
  [
    "a divisor of what is not summed",
    () => reduce([1, 2], { reduction: "none", denominator: 2 }),
    'OutOfRangeError: reduce: denominator must be given with reduction "sum" or "mean", got "none". It sums nothing.',
  ],
  [
    "a divisor below 0",
    () => reduce([1, 2], { denominator: -2 }),
    "OutOfRangeError: reduce: denominator must be 0 or above, got -2.",
  ],
  [
    "a divisor for each loss",
    () => reduce([1, 2], { denominator: [1, 2] }),
    "ShapeError: reduce: denominator must broadcast to [], here [], got f32[2].",
  ],
  [
    "parts of what is no mean",
    () => untyped(reduceParts)([1], { reduction: "sum" }),
    'OutOfRangeError: reduceParts: reduction must be one of "mean", "weightedMean", "meanOverNonzero", got "sum".',
  ],
  [
    "an ignored label that is no integer",
    () => rowMask([1], 0.5),
    "OutOfRangeError: rowMask: ignoreIndex must be an integer, got 0.5.",
  ],
  [
    "a label without a weight",
    () => valueOf(rowWeights([0, 3], [1, 2, 3], { ignoreIndex: -1 })),
    "OutOfRangeError: rowWeights: labels must be integers from 0 to 2, or -1, got 3 at [1]. Classes count from 0.",
  ],
  [
    "a weight of a class below 0",
    () => valueOf(rowWeights([0, 1], [1, -2])),
    "OutOfRangeError: rowWeights: classWeights must be 0 or above, got -2 at [1].",
  ],
  [
    "an unknown option of reduce",
    () => untyped(reduce)([1], { weight: 1 }),
    'OutOfRangeError: reduce: options must be among reduction, weights, mask, denominator, whenEmpty, got "weight". Did you mean weights?',
  ],
];

describe("a call that can't be right", () => {
  it.each(cases)("%s", async (_, call, message) => {
    const error: unknown = await Promise.resolve()
      .then(call)
      .catch((thrown: unknown) => thrown);
    expect(isSymlossError(error) ? `${error.name}: ${error.message}` : error).toBe(message);
    expect(await valueOf(huber([0], [0.5]))).toEqual([0.125]);
  });

  it("leaves a compiled function as it was", async () => {
    const step = compile((labels, logits) => sparseSoftmaxCrossentropyLogits(labels, logits), { engine });
    await expect(
      step(
        [0, 2],
        [
          [5, 0],
          [0, 5],
        ],
      ),
    ).rejects.toThrow("got 2 at [1]");
    await expect(
      step(
        [0],
        [
          [5, 0],
          [0, 5],
        ],
      ),
    ).rejects.toThrow("f32[1] and f32[2,2]");
    expect(
      (
        await step(
          [0, 1],
          [
            [1e4, 0],
            [0, 1e4],
          ],
        )
      ).data,
    ).toEqual(new Float32Array([0, 0]));
    await step.dispose();
  });

  it("is not one where indices are computed: they are the caller's promise", async () => {
    await expect(valueOf(sparseSoftmaxCrossentropyLogits(tanh([0, 0]).add(7), pair))).resolves.toHaveLength(2);
  });
});

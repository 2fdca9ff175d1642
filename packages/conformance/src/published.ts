/** Do the losses agree with what other projects' tests say of functions that mean the same? */
import {
  type DType,
  type Engine,
  type NDArray,
  type Tensor,
  add,
  argmax,
  concat,
  equal,
  expandDims,
  grad,
  logSoftmax,
  mean,
  mul,
  neg,
  notEqual,
  slice,
  sub,
  takeAlongAxis,
} from "@symloss/core";
import {
  type AnyLoss,
  type ReduceOptions,
  type Reduction,
  absoluteDifferences,
  absolutePercentageErrors,
  accuracy,
  binaryAccuracy,
  binaryCrossentropy,
  categoricalCrossentropy,
  categoricalHinge,
  confusionMatrix,
  cosineSimilarity,
  diceLoss,
  explainedVariance,
  generalizedKlDivergence,
  hingeLoss,
  klDivergence,
  klDivergenceLog,
  klDivergenceProbabilities,
  losses,
  multiMargin,
  multiclassHingeLoss,
  multiclassPerceptron,
  multiclassSparsemax,
  perceptronLoss,
  pinball,
  polyCrossentropyLogits,
  precision,
  r2Score,
  recall,
  ntXent,
  rankingSoftmax,
  reduce,
  sigmoidCrossentropyLogits,
  sigmoidFocalCrossentropyLogits,
  smoothLabels,
  softmaxCrossentropyLogits,
  sparseCategoricalCrossentropy,
  sparseSoftmaxCrossentropyLogits,
  sparsemaxLoss,
  squaredDifferences,
  squaredHinge,
  topKAccuracy,
  tripletMargin,
  tverskyLoss,
} from "@symloss/losses";
import type { CaseContext, ConformanceCase } from "./case.ts";
import { expectArray, expectThat } from "./compare.ts";
import { compute } from "./compute.ts";
import { type JsonArray, type PublishedCase, published, readNested } from "./goldens.ts";
import { floatTypes } from "./operations/spec.ts";
import { allowedBy, toleranceOf } from "./tolerance.ts";

/** The cases of what was published, in every float that the engine declares. */
export function publishedCases({ traits }: CaseContext): ConformanceCase[] {
  const make = (name: string, run: (engine: Engine) => Promise<void>): ConformanceCase => ({
    name: `published: ${name}`,
    group: "published",
    run,
  });
  const asked = published.filter(
    (one) => callOf(one) !== undefined && (traits.nonFinite === "strict" || !JSON.stringify(one).includes("Infinity")),
  );
  return [
    make("every case has a call, or a reason to have none", expectComplete),
    ...floatTypes
      .filter((dtype) => traits.dtypes.includes(dtype))
      .flatMap((dtype) =>
        asked.map((one) => make(`${one.id} ${dtype}, ${keyOf(one)}`, (engine) => expectPublished(engine, one, dtype))),
      ),
  ];
}

type Inputs = Readonly<Record<string, Tensor>>;
/** What a case gives besides arrays; weights, where there are any, are among the inputs. */
type Parameters = PublishedCase["params"];
type Call = (inputs: Inputs, parameters: Parameters) => Tensor;

/**
 * From each project's function to ours, where it is not simply the loss of the catalogue that it is named after; with the meaning of the
 * case, where a function has several.
 */
const calls: Readonly<Record<string, Call>> = {
  "optax softmax_cross_entropy": ({ labels, logits }) => softmaxCrossentropyLogits(labels!, logits!),
  "optax safe_softmax_cross_entropy": ({ labels, logits }) => softmaxCrossentropyLogits(labels!, logits!),
  "optax softmax_cross_entropy_with_integer_labels": ({ labels, logits }) =>
    sparseSoftmaxCrossentropyLogits(labels!, logits!),
  "optax sigmoid_binary_cross_entropy": ({ labels, logits }) => mean(sigmoidCrossentropyLogits(labels!, logits!)),
  "optax ranking_softmax_loss": ({ labels, scores, weights, where: mask }) =>
    rankingSoftmax(labels!, scores!, { weights, mask }),
  "optax ranking_softmax_loss:gradient_wrt_scores": ({ labels, scores }) =>
    grad((predicted) => rankingSoftmax(labels!, predicted))(scores!),
  "optax kl_divergence": ({ log_predictions: logPredictions, targets }) => klDivergence(targets!, logPredictions!),
  "optax kl_divergence_with_log_targets": (inputs) =>
    klDivergenceLog(inputs["log_targets"]!, inputs["log_predictions"]!),
  "optax dice_loss": ({ targets, predictions }, { alpha, beta, smooth }) => {
    const [falsePositiveWeight, falseNegativeWeight] = [alpha as number, beta as number];
    const options = { falsePositiveWeight, falseNegativeWeight, smooth: smooth as number };
    return mean(tverskyLoss(targets!, predictions!, options), -1);
  },
  "optax generalized_kl_divergence": ({ log_predictions: logPredictions, targets }) =>
    generalizedKlDivergence(targets!, logPredictions!),
  // The mean over pairs, and not first over the positives of a row.
  "optax ntxent": ({ embeddings, labels }, { temperature }) => {
    const { loss } = ntXent(embeddings!, labels!, { temperature: temperature as number });
    const positives = sub(equal(expandDims(labels!, 1), labels!).sum(1), 1);
    return reduce(loss, { weights: positives, reduction: "weightedMean" });
  },
  "optax triplet_margin_loss": ({ anchors, positives, negatives }, { margin }) =>
    tripletMargin(anchors!, positives!, negatives!, { margin: margin as number }),
  "optax hinge_loss": ({ predictions, targets }) => hingeLoss(predictions!, targets!),
  "optax perceptron_loss": ({ predictions, targets }) => perceptronLoss(predictions!, targets!),
  "optax multiclass_sparsemax_loss": ({ scores, labels }) => multiclassSparsemax(labels!, scores!),
  "optax sparsemax_loss": ({ labels, logits }) => sparsemaxLoss(labels!, logits!),
  "optax smooth_labels": ({ labels }, { alpha }) => smoothLabels(labels!, alpha as number),
  "optax poly_loss_cross_entropy": ({ labels, logits }, { epsilon }) =>
    polyCrossentropyLogits(labels!, logits!, { epsilon: epsilon as number }),
  "optax sigmoid_focal_loss": ({ labels, logits }, { gamma }) =>
    sigmoidFocalCrossentropyLogits(labels!, logits!, { gamma: gamma as number }),
  "optax multiclass_hinge_loss": ({ scores, labels }) => multiclassHingeLoss(scores!, labels!),
  "optax multiclass_perceptron_loss": ({ scores, labels }) => multiclassPerceptron(scores!, labels!),
  "optax squared_error": ({ predictions, targets }) => squaredDifferences(predictions!, targets!),
  "optax l2_loss": ({ predictions, targets }) => mul(squaredDifferences(predictions!, targets!), 0.5),

  // Keras averages over the last axis before it weighs and reduces.
  "keras MeanSquaredError": (inputs, parameters) =>
    keras(mean(squaredDifferences(inputs["y_true"]!, inputs["y_pred"]!), -1), inputs, parameters),
  "keras Hinge": (inputs, parameters) =>
    keras(mean(hingeLoss(inputs["y_pred"]!, signed(inputs["y_true"]!)), -1), inputs, parameters),
  "keras MeanAbsoluteError": (inputs, parameters) =>
    keras(mean(absoluteDifferences(inputs["y_true"]!, inputs["y_pred"]!), -1), inputs, parameters),
  "keras MeanAbsolutePercentageError": (inputs, parameters) =>
    keras(mul(mean(absolutePercentageErrors(inputs["y_true"]!, inputs["y_pred"]!), -1), 100), inputs, parameters),
  // A loss is minimised, so that Keras takes the negative.
  "keras CosineSimilarity": (inputs, parameters) =>
    keras(neg(cosineSimilarity(inputs["y_true"]!, inputs["y_pred"]!)), inputs, parameters),
  "keras SquaredHinge": (inputs, parameters) =>
    keras(mean(squaredHinge(inputs["y_pred"]!, signed(inputs["y_true"]!)), -1), inputs, parameters),
  "keras CategoricalHinge": (inputs, parameters) =>
    keras(categoricalHinge(inputs["y_true"]!, inputs["y_pred"]!), inputs, parameters),
  "keras BinaryFocalCrossentropy sigmoidFocal": (inputs, parameters) =>
    keras(
      mean(
        sigmoidFocalCrossentropyLogits(inputs["y_true"]!, inputs["y_pred"]!, { gamma: parameters["gamma"] as number }),
        -1,
      ),
      inputs,
      parameters,
    ),
  "keras BinaryCrossentropy binaryCrossEntropyProbs": (inputs, parameters) =>
    keras(mean(binaryCrossentropy(inputs["y_true"]!, inputs["y_pred"]!), -1), inputs, parameters),
  "keras CategoricalCrossentropy categoricalCrossEntropyProbs": (inputs, parameters) =>
    keras(
      categoricalCrossentropy(inputs["y_true"]!, inputs["y_pred"]!, {
        normalize: true,
        axis: (parameters["axis"] ?? -1) as number,
        labelSmoothing: (parameters["label_smoothing"] ?? 0) as number,
      }),
      inputs,
      parameters,
    ),
  "keras SparseCategoricalCrossentropy sparseCategoricalCrossEntropyProbs": (inputs, parameters) =>
    keras(sparseCategoricalCrossentropy(inputs["y_true"]!, inputs["y_pred"]!, { normalize: true }), inputs, parameters),
  "keras BinaryCrossentropy": (inputs, parameters) =>
    keras(mean(sigmoidCrossentropyLogits(inputs["y_true"]!, inputs["y_pred"]!), -1), inputs, parameters),
  "keras CategoricalCrossentropy": (inputs, parameters) =>
    keras(softmaxCrossentropyLogits(smoothed(inputs["y_true"]!, parameters), inputs["y_pred"]!), inputs, parameters),
  "keras SparseCategoricalCrossentropy": (inputs, parameters) =>
    keras(sparseSoftmaxCrossentropyLogits(inputs["y_true"]!, inputs["y_pred"]!), inputs, parameters),
  "keras KLDivergence": (inputs, parameters) =>
    keras(klDivergenceProbabilities(inputs["y_true"]!, inputs["y_pred"]!, { epsilon: 1e-7 }), inputs, parameters),
  "keras Dice": (inputs) => diceLoss(inputs["y_true"]!, inputs["y_pred"]!, { smooth: 0, axis: null }),
  // The axes that it sums are the last three.
  "keras Tversky": (inputs, { alpha, beta }) => {
    const [targets, probabilities] = [inputs["y_true"]!, inputs["y_pred"]!].map((x) => flatRows(x).expandDims(-1));
    const weights = { falsePositiveWeight: alpha as number, falseNegativeWeight: beta as number };
    return tverskyLoss(targets!, probabilities!, { ...weights, smooth: 0 }).squeeze(-1);
  },
  "keras reduce_weighted_values": (inputs, parameters) =>
    keras(squaredDifferences(inputs["y_true"]!, inputs["y_pred"]!), inputs, parameters),

  "tfjs meanSquaredError": (inputs, parameters) =>
    tfjs(squaredDifferences(inputs["labels"]!, inputs["predictions"]!), inputs, parameters),
  "tfjs absoluteDifference": (inputs, parameters) =>
    tfjs(absoluteDifferences(inputs["labels"]!, inputs["predictions"]!), inputs, parameters),
  "tfjs categoricalHinge": (inputs) => categoricalHinge(inputs["y_true"]!, inputs["y_pred"]!),
  "tfjs sparseCategoricalCrossentropy sparseCategoricalCrossEntropyProbs": (inputs) =>
    sparseCategoricalCrossentropy(inputs["y_true"]!, inputs["y_pred"]!, { normalize: true }),
  "tfjs hingeLoss": (inputs, parameters) =>
    tfjs(hingeLoss(inputs["predictions"]!, signed(inputs["labels"]!)), inputs, parameters),
  "tfjs sigmoidCrossEntropy": (inputs, parameters) =>
    tfjs(sigmoidCrossentropyLogits(inputs["labels"]!, inputs["logits"]!), inputs, parameters),
  "tfjs softmaxCrossEntropy": (inputs, parameters) =>
    tfjs(softmaxCrossentropyLogits(inputs["labels"]!, inputs["logits"]!), inputs, parameters),
  "tfjs computeWeightedLoss": (inputs, parameters) => tfjs(inputs["losses"]!, inputs, parameters),
  // The layers' function takes its targets as they are, 0 and 1 not among them.
  "tfjs hinge": (inputs) => mean(hingeLoss(inputs["y_pred"]!, inputs["y_true"]!), -1),
  "tfjs sparseCategoricalAccuracy": (inputs) => eachRow(inputs["y_true"]!, inputs["y_pred"]!),
  "tfjs categoricalAccuracy": (inputs) => eachRow(argmax(inputs["y_true"]!, 1), inputs["y_pred"]!),
  "tfjs binaryAccuracy": (inputs) => mean(binaryAccuracy(inputs["y_true"]!, inputs["y_pred"]!)),
  "tfjs precision": (inputs) => precision(inputs["y_true"]!, inputs["y_pred"]!),
  "tfjs recall": (inputs) => recall(inputs["y_true"]!, inputs["y_pred"]!),
  "tfjs r2Score": (inputs) => r2Score(inputs["y_true"]!, inputs["y_pred"]!),
  "tfjs inTopK": ({ targets, predictions }, { k }) => topKAccuracy(targets!, predictions!, { k: k as number }),
  "tfjs confusionMatrix": ({ labels, predictions }, { num_classes: classes }) =>
    confusionMatrix(labels!, predictions!, classes as number),

  "Flux mae": ({ y, y_pred: predictions }) => mean(absoluteDifferences(y!, predictions!)),
  "Flux mse": ({ y, y_pred: predictions }) => mean(squaredDifferences(y!, predictions!)),
  "Flux logitcrossentropy": ({ y, y_pred: logits }) => mean(softmaxCrossentropyLogits(y!, logits!)),
  "Flux kldivergence": ({ y, y_pred: probabilities }) => mean(klDivergenceProbabilities(y!, probabilities!)),
  "Flux hinge_loss": ({ y, y_pred: predictions }) => mean(hingeLoss(predictions!, y!)),

  "pytorch MultiMarginLoss": ({ input, target }) => mean(multiMargin(input!, target!)),
  "pytorch BCEWithLogitsLoss": ({ input, target }) => mean(sigmoidCrossentropyLogits(target!, input!)),
  "scikit-learn explained_variance_score": (inputs, { axis = null }) =>
    explainedVariance(inputs["y_true"]!, inputs["y_pred"]!, { axis: axis as number | null }),
  "scikit-learn mean_squared_error": (inputs, { axis = null }) =>
    mean(squaredDifferences(inputs["y_true"]!, inputs["y_pred"]!), axis as number | null),
  "scikit-learn mean_pinball_loss": (inputs, { alpha }) =>
    mean(pinball(inputs["y_true"]!, inputs["y_pred"]!, { quantile: alpha as number })),
  "scikit-learn log_loss": ({ y_true: labels, y_pred: probabilities }) =>
    mean(sparseCategoricalCrossentropy(labels!, probabilities!)),
  "scikit-learn hinge_loss": (inputs) => mean(multiclassHingeLoss(inputs["pred_decision"]!, inputs["y_true"]!)),
  "onnx LogSoftmax": ({ x }, { axis }) => logSoftmax(x!, axis as number),
  "onnx SoftmaxCrossEntropyLoss": onnxCrossentropy,
};

/** What a project's function gives of a loss that is taken element by element; by a part of the path to its source. */
const conventions: Readonly<Record<string, (losses: Tensor, inputs: Inputs, parameters: Parameters) => Tensor>> = {
  optax: (losses) => losses,
  keras: (losses, inputs, parameters) => keras(mean(losses, -1), inputs, parameters),
  "tfjs-core": tfjs,
  "tfjs-layers": (losses) => mean(losses, -1),
  Flux: (losses) => mean(losses),
};

/** What projects call the arguments of our losses. */
const argumentNames: Readonly<Record<string, readonly string[]>> = {
  targets: ["targets", "y_true", "labels", "y"],
  predictions: ["predictions", "y_pred"],
};

/** The call of a function that means the same as the loss of the catalogue that it is named after. */
function sameCall({ source, canonical, inputs: given }: PublishedCase): Call | undefined {
  const loss = (losses as Readonly<Record<string, AnyLoss | undefined>>)[canonical];
  const convention = Object.keys(conventions).find((path) => source.includes(path));
  if (loss === undefined || convention === undefined) return undefined;
  const pairs = loss.definition.arguments.map(
    ({ name }) => [name, argumentNames[name]?.find((one) => Object.hasOwn(given, one))] as const,
  );
  if (pairs.some(([, theirs]) => theirs === undefined)) return undefined;
  return (inputs, parameters) => {
    const named = Object.fromEntries(pairs.map(([name, theirs]) => [name, inputs[theirs!]!]));
    const options = Object.entries(parameters).filter(([name]) => Object.hasOwn(loss.definition.options, name));
    return conventions[convention]!(loss(named, Object.fromEntries(options)) as Tensor, inputs, parameters);
  };
}

/** What has no counterpart here, by meaning, though it resembles a loss of the catalogue. */
const others: Readonly<Record<string, string>> = {
  binaryFocalCrossEntropy: "weighs by difficulty, and takes probabilities",
  categoricalFocalCrossEntropy: "weighs by difficulty, and takes probabilities",
  categoricalFocalCrossEntropyNoAlpha: "weighs by difficulty, and takes probabilities",
  logLoss: "takes probabilities, with 1e-7 added",
};

/** Cases of functions that otherwise mean the same. */
const exceptions: Readonly<Record<string, string>> = {
  "119": "clips at 1 - 1e-7, which float32 rounds; ours clips 1 - p, so that both ends cost the same",
  "245": "clips at 1 - 1e-7, which float32 rounds; ours clips 1 - p, so that both ends cost the same",
  "268": "lists labels up to -1; ours takes 0 or 1 for each class",
  "155": "gives numbers above 1 for probabilities, which are refused",
  "261": "gives numbers above 1 for probabilities, which are refused",
  "263": "gives numbers above 1 for probabilities, which are refused",
  "271": "defines 0 where the targets do not vary; ours divides by epsilon then, as the seed does",
};

function callOf(one: PublishedCase): Call | undefined {
  if (others[one.canonical] !== undefined || exceptions[one.id] !== undefined) return undefined;
  return calls[`${keyOf(one)} ${one.canonical}`] ?? calls[keyOf(one)] ?? sameCall(one);
}

function keyOf({ source, function: name }: PublishedCase): string {
  return `${projects.find((project) => source.includes(project)) ?? source} ${name}`;
}

const projects = ["optax", "keras", "tfjs", "Flux", "pytorch", "scikit-learn", "onnx"];

/**
 * No case of what a loss of the catalogue means, or of what another case has a call for, is without a call or a reason; and no call or
 * reason is without a case.
 */
async function expectComplete(): Promise<void> {
  const ours = new Set([
    ...Object.keys(losses),
    ...published.filter((one) => callOf(one) !== undefined).map(({ canonical }) => canonical),
  ]);
  const unclear = published.filter(
    (one) => ours.has(one.canonical) && callOf(one) === undefined && exceptions[one.id] === undefined,
  );
  expectThat(
    unclear.length === 0,
    `published: every case must have a call or a reason, got neither for ${unclear.map((one) => one.id).join(", ")}.`,
  );
  const idle = [
    ...Object.keys(calls).filter((key) => !published.some((one) => callOf(one) === calls[key])),
    ...Object.keys(others).filter(
      (canonical) => Object.hasOwn(losses, canonical) || !published.some((one) => one.canonical === canonical),
    ),
    ...Object.keys(exceptions).filter((id) => !published.some((one) => one.id === id)),
  ];
  expectThat(
    idle.length === 0,
    `published: every entry must belong to a case, and a reason not to a loss of the catalogue, got ${idle.join(", ")}.`,
  );
}

async function expectPublished(engine: Engine, one: PublishedCase, dtype: DType): Promise<void> {
  const { params, expected, tolerance } = one;
  const call = callOf(one)!;
  // What is an array among the parameters are weights.
  const { sample_weight: keras = null, weights = keras } = params;
  const inputs: Readonly<Record<string, JsonArray>> = { ...one.inputs, ...(weights === null ? {} : { weights }) };
  const names = Object.keys(inputs);
  const arrays = names.map((name): NDArray => readNested(inputs[name]!, dtype));
  const fn = (...tensors: Tensor[]) =>
    call(Object.fromEntries(names.map((name, index) => [name, tensors[index]!])), params);
  const [got] = await compute(engine, fn, arrays, { simplify: true });
  const { data, shape } = readNested(expected, "float64");
  const own = allowedBy(toleranceOf(engine.traits.precision, dtype), data);
  expectArray(`${one.id}, ${one.source}`, got!, {
    shape,
    // What counts hits is float32, whatever it compares.
    dtype: got!.dtype,
    values: data,
    allowed: (index) => own(index) + tolerance.atol + tolerance.rtol * Math.abs(data[index]!),
  });
}

function keras(losses: Tensor, { weights, mask }: Inputs, { reduction = "mean" }: Parameters): Tensor {
  const own = reduction === "mean_with_sample_weight" ? "weightedMean" : (reduction as Reduction);
  return reduce(losses, optionsOf(own, weights, mask));
}

function tfjs(losses: Tensor, { weights }: Inputs, { reduction }: Parameters): Tensor {
  const names: Readonly<Record<string, Reduction>> = {
    sum_by_nonzero_weights: "meanOverNonzero",
    weighted_mean: "weightedMean",
  };
  return reduce(losses, optionsOf(names[reduction as string] ?? (reduction as Reduction), weights, undefined));
}

function onnxCrossentropy(inputs: Inputs, { reduction, ignore_index: ignored }: Parameters): Tensor {
  const { x, labels, class_weights: classWeights } = inputs;
  const losses = sparseSoftmaxCrossentropyLogits(labels!, x!);
  const weights = classWeights === undefined ? undefined : takeAlongAxis(classWeights, labels!, 0);
  const mask = ignored === undefined ? undefined : notEqual(labels!, ignored as number);
  return reduce(losses, optionsOf(reduction === "mean" ? "weightedMean" : (reduction as Reduction), weights, mask));
}

function optionsOf(reduction: Reduction, weights: Tensor | undefined, mask: Tensor | undefined): ReduceOptions {
  return { reduction, ...(weights === undefined ? {} : { weights }), ...(mask === undefined ? {} : { mask }) };
}

/** One row for each along the first axis. */
function flatRows(x: Tensor): Tensor {
  const [rows, ...rest] = x.shape as readonly number[];
  return x.reshape([rows!, rest.reduce((product, length) => product * length, 1)]);
}

/** Targets 0 and 1 as -1 and 1. */
function signed(targets: Tensor): Tensor {
  return sub(mul(targets, 2), 1);
}

function smoothed(labels: Tensor, { label_smoothing: smoothing = 0 }: Parameters): Tensor {
  const share = smoothing as number;
  return add(mul(labels, 1 - share), share / (labels.shape.at(-1) as number));
}

/** The accuracy of each sample by itself. */
function eachRow(targets: Tensor, predictions: Tensor): Tensor {
  const count = targets.shape[0] as number;
  const rows = Array.from({ length: count }, (_, row) =>
    accuracy(slice(targets, [row], [row + 1]), slice(predictions, [row], [row + 1])).reshape([1]),
  );
  return concat(rows);
}

/**
 * Which functions are one another in disguise? In other forms of their arguments, sparse and dense, and with the options that leave
 * their parent: each equality holds for values and gradients.
 */
import {
  type NDArray,
  Tensor,
  exp,
  log,
  logAddExp,
  logSoftmax,
  logSumExp,
  mean,
  mul,
  neg,
  norm,
  oneHot,
  relu,
  sigmoid,
  softmax,
  square,
  stack,
  stopGradient,
  sub,
  sum,
} from "@symloss/core";
import * as ofLosses from "@symloss/losses";
import { arrayOf, sample, sampleIntegers } from "../../src/data.ts";
import { traceOf } from "../../src/oracle/predict.ts";
import { subjectOf } from "../../src/subject.ts";

/** Two ways to compute the same. */
export interface Equality {
  readonly left: Side;
  readonly right: Side;
}

type Side = (functions: Functions, given: Given) => Tensor;

/** Functions of losses by name, called by position, then options; of several results each gives its loss. */
type Functions = Readonly<Record<string, (...args: readonly unknown[]) => Tensor>>;

/** The arrays that both sides share. */
type Given = Readonly<Record<keyof typeof givens, Tensor>>;

const [rows, classes] = [4, 5];

/** What equalities are about, in float64: each equality uses some. */
const givens = {
  x: wave([rows], 1),
  y: wave([rows], 2),
  z: wave([rows], 3),
  positive: wave([rows], 4, 0.2, 3),
  unit: wave([rows], 5, 0.1, 0.9),
  share: wave([], 6, 0.1, 0.4),
  scale: wave([], 7, 0.5, 2),
  logits: wave([rows, classes], 8),
  others: wave([rows, classes], 9),
  units: wave([rows, classes], 10, 0.1, 0.9),
  targets: wave([rows, classes], 11, 0.1, 0.9),
  vectors: wave([6, 3], 12),
  keys: wave([6, 3], 13),
  more: wave([6, 3], 14),
  index: arrayOf(sampleIntegers(rows, 15, 0, classes - 1), [rows], "int32"),
  groups: arrayOf([0, 1, 0, 1, 2, 2], [6], "int32"),
  sign: arrayOf([1, -1, -1, 1], [rows], "float64"),
} as const;

function wave(shape: readonly number[], seed: number, low = -2, high = 2): NDArray {
  const count = shape.reduce((left, right) => left * right, 1);
  return arrayOf(sample(count, seed, low, high), shape, "float64");
}

const dense = (index: Tensor): Tensor => oneHot(index, classes).cast("float64");
const half = (value: Tensor): Tensor => mul(value, 0.5);
/** 1 for every class. */
const ones = arrayOf([1, 1, 1, 1, 1], [classes], "float64");

/** Logits, log probabilities and probabilities, and other forms of one argument. */
const forms: Readonly<Record<string, Equality>> = {
  "categoricalCrossentropy of a softmax": {
    left: (f, { targets, logits }) => f["categoricalCrossentropy"]!(softmax(targets), softmax(logits), { epsilon: 0 }),
    right: (f, { targets, logits }) => f["softmaxCrossentropyLogits"]!(softmax(targets), logits),
  },
  "categoricalCrossentropy of what it normalizes": {
    left: (f, { targets, units }) =>
      f["categoricalCrossentropy"]!(softmax(targets), units, { epsilon: 0, normalize: true }),
    right: (f, { targets, units }) => f["softmaxCrossentropyLogits"]!(softmax(targets), log(units)),
  },
  "sparseCategoricalCrossentropy of a softmax": {
    left: (f, { index, logits }) => f["sparseCategoricalCrossentropy"]!(index, softmax(logits), { epsilon: 0 }),
    right: (f, { index, logits }) => f["sparseSoftmaxCrossentropyLogits"]!(index, logits),
  },
  "negativeLogLikelihood of a logSoftmax": {
    left: (f, { index, logits }) => f["negativeLogLikelihood"]!(index, logSoftmax(logits)),
    right: (f, { index, logits }) => f["sparseSoftmaxCrossentropyLogits"]!(index, logits),
  },
  "binaryCrossentropy of a sigmoid": {
    left: (f, { unit, x }) => f["binaryCrossentropy"]!(unit, sigmoid(x), { epsilon: 0 }),
    right: (f, { unit, x }) => f["sigmoidCrossentropyLogits"]!(unit, x),
  },
  "multilabelSoftMargin is a mean of sigmoidCrossentropyLogits": {
    left: (f, { units, logits }) => f["multilabelSoftMargin"]!(units, logits),
    right: (f, { units, logits }) => mean(f["sigmoidCrossentropyLogits"]!(units, logits), -1),
  },
  "softMargin is sigmoidCrossentropyLogits of signs": {
    left: (f, { x, sign }) => f["softMargin"]!(x, stopGradient(sign)),
    right: (f, { x, sign }) => f["sigmoidCrossentropyLogits"]!(half(stopGradient(sign).add(1)), x),
  },
  "sparsemaxLoss of a yes is that of a no at the opposite logit": {
    left: (f, { x }) => f["sparsemaxLoss"]!([1, 1, 1, 1], x),
    right: (f, { x }) => f["sparsemaxLoss"]!([0, 0, 0, 0], neg(x)),
  },
  "klDivergence of logits": {
    left: (f, { others, logits }) => f["klDivergence"]!(softmax(others), logSoftmax(logits)),
    right: (f, { others, logits }) => f["klDivergenceLogits"]!(others, logits),
  },
  "klDivergenceLog of logits": {
    left: (f, { others, logits }) => f["klDivergenceLog"]!(logSoftmax(others), logSoftmax(logits)),
    right: (f, { others, logits }) => f["klDivergenceLogits"]!(others, logits),
  },
  "klDivergenceProbabilities of logits": {
    left: (f, { others, logits }) => f["klDivergenceProbabilities"]!(softmax(others), softmax(logits)),
    right: (f, { others, logits }) => f["klDivergenceLogits"]!(others, logits),
  },
  "generalizedKlDivergence of distributions": {
    left: (f, { others, logits }) => f["generalizedKlDivergence"]!(softmax(others), logSoftmax(logits)),
    right: (f, { others, logits }) => f["klDivergenceLogits"]!(others, logits),
  },
  "jensenShannonDivergence is the mean divergence from the mixture": {
    left: (f, { others, logits }) => f["jensenShannonDivergence"]!(logSoftmax(others), logSoftmax(logits)),
    right: (f, { others, logits }) => {
      const sides = [logSoftmax(others), logSoftmax(logits)] as const;
      const mixture = logAddExp(...sides).sub(Math.LN2);
      return half(f["klDivergenceLog"]!(sides[0], mixture).add(f["klDivergenceLog"]!(sides[1], mixture)));
    },
  },
  "distillation at temperature 1": {
    left: (f, { others, logits }) => f["distillation"]!(others, logits, { temperature: 1 }),
    right: (f, { others, logits }) => f["klDivergenceLogits"]!(stopGradient(others), logits),
  },
  "poissonNll of an exponential": {
    left: (f, { positive, x }) => f["poissonNll"]!(positive, exp(x)),
    right: (f, { positive, x }) => f["poissonNllLog"]!(positive, x),
  },
  "gaussianNll of an exponential": {
    left: (f, { x, y, z }) => f["gaussianNll"]!(x, y, exp(z)),
    right: (f, { x, y, z }) => f["gaussianNllLog"]!(x, y, z),
  },
  "cosineDistance is 1 minus cosineSimilarity": {
    left: (f, { others, logits }) => f["cosineDistance"]!(others, logits),
    right: (f, { others, logits }) => sub(1, f["cosineSimilarity"]!(others, logits)),
  },
  "rankingSoftmax is softmaxCrossentropyLogits of scores": {
    left: (f, { targets, logits }) => f["rankingSoftmax"]!(targets, logits),
    right: (f, { targets, logits }) => f["softmaxCrossentropyLogits"]!(targets, logits),
  },
  "rootMeanSquaredError squared": {
    left: (f, { x, y }) => square(f["rootMeanSquaredError"]!(x, y)),
    right: (f, { x, y }) => mean(f["squaredDifferences"]!(x, y)),
  },
  "brierScore of two classes": {
    left: (f, { unit, x }) => f["brierScore"]!(unit, sigmoid(x)),
    right: (f, { unit, x }) => f["squaredDifferences"]!(unit, sigmoid(x)),
  },
  "tripletMargin from distances": {
    left: (f, { vectors, keys, more }) => f["tripletMargin"]!(vectors, keys, more),
    right: (f, { vectors, keys, more }) =>
      f["tripletFromDistances"]!(norm(sub(vectors, keys), { axis: -1 }), norm(sub(vectors, more), { axis: -1 })),
  },
};

/** Class indices and one-hot labels. */
const sparse: Readonly<Record<string, Equality>> = {
  "sparseSoftmaxCrossentropyLogits, dense": {
    left: (f, { index, logits }) => f["sparseSoftmaxCrossentropyLogits"]!(index, logits),
    right: (f, { index, logits }) => f["softmaxCrossentropyLogits"]!(dense(index), logits),
  },
  "sparseSoftmaxCrossentropyLogits with labelSmoothing, dense": {
    left: (f, { index, logits, share }) =>
      f["sparseSoftmaxCrossentropyLogits"]!(index, logits, { labelSmoothing: share }),
    right: (f, { index, logits, share }) =>
      f["softmaxCrossentropyLogits"]!(dense(index), logits, { labelSmoothing: share }),
  },
  "sparseCategoricalCrossentropy, dense": {
    left: (f, { index, units }) => f["sparseCategoricalCrossentropy"]!(index, units),
    right: (f, { index, units }) => f["categoricalCrossentropy"]!(dense(index), units),
  },
  "negativeLogLikelihood, dense": {
    left: (f, { index, logits }) => f["negativeLogLikelihood"]!(index, logSoftmax(logits)),
    right: (_, { index, logits }) => neg(sum(mul(dense(index), logSoftmax(logits)), -1)),
  },
  "multiclassHingeLoss, dense": {
    left: (f, { index, logits, scale }) => f["multiclassHingeLoss"]!(logits, index, { delta: scale }),
    right: (f, { index, logits, scale }) => f["multiclassHingeLoss"]!(logits, dense(index), { delta: scale }),
  },
  "softmaxFocalCrossentropyLogits, dense": {
    left: (f, { index, logits, scale }) => f["softmaxFocalCrossentropyLogits"]!(index, logits, { gamma: scale }),
    right: (f, { index, logits, scale }) =>
      f["softmaxFocalCrossentropyLogits"]!(dense(index), logits, { gamma: scale }),
  },
  "generalizedCrossentropyLogits, dense": {
    left: (f, { index, logits, share }) => f["generalizedCrossentropyLogits"]!(index, logits, { q: share }),
    right: (f, { index, logits, share }) => f["generalizedCrossentropyLogits"]!(dense(index), logits, { q: share }),
  },
  "multiMargin, dense, with classWeights of 1": {
    left: (f, { index, logits }) => f["multiMargin"]!(logits, index, { classWeights: ones }),
    right: (_, { index, logits }) => {
      const lead = logits.sub(sum(mul(dense(index), logits), { axis: -1, keepAxes: true }));
      return mean(mul(relu(lead.add(1)), sub(1, dense(index))), -1);
    },
  },
  "multiclassSparsemax of one class against itself": {
    left: (f, { x }) => f["multiclassSparsemax"]!([0, 0, 0, 0], stack([x, mul(x, 0)], 1)),
    right: (f, { x }) => f["sparsemaxLoss"]!([1, 1, 1, 1], x),
  },
  "perplexity of its cross entropy": {
    left: (f, { index, logits }) => f["perplexity"]!(index, logits),
    right: (f, { index, logits }) => exp(mean(f["sparseSoftmaxCrossentropyLogits"]!(index, logits))),
  },
  "multiclassPerceptron is multiclassHingeLoss without a margin": {
    left: (f, { index, logits }) => f["multiclassPerceptron"]!(logits, index),
    right: (f, { index, logits }) => f["multiclassHingeLoss"]!(logits, index, { delta: 0 }),
  },
};

/** Options at the value that leaves the parent, whether as numbers or with a gradient of their own. */
const parents: Readonly<Record<string, Equality>> = {
  "zLoss of its normaliser": {
    left: (f, { logits, scale }) => f["zLoss"]!(logits, { weight: scale }),
    right: (_, { logits, scale }) => mul(square(logSumExp(logits, -1)), scale),
  },
  "generalizedDice of equal weights": {
    left: (f, { units, targets }) => f["generalizedDice"]!(targets, units, { weighting: "uniform", smooth: 0.5 }),
    right: (f, { units, targets }) => f["diceLoss"]!(targets, units, { smooth: 0.5, axis: null }),
  },
  "huber with a large delta": {
    left: (f, { x, y }) => f["huber"]!(x, y, { delta: 1000 }),
    right: (f, { x, y }) => half(f["squaredDifferences"]!(x, y)),
  },
  "smoothL1 is huber by its delta": {
    left: (f, { x, y, scale }) => f["smoothL1"]!(x, y, { beta: scale }),
    right: (f, { x, y, scale }) => f["huber"]!(x, y, { delta: scale }).div(scale),
  },
  "smoothL1 with beta 0": {
    left: (f, { x, y }) => f["smoothL1"]!(x, y, { beta: 0 }),
    right: (f, { x, y }) => f["absoluteDifferences"]!(x, y),
  },
  "pinball of the median": {
    left: (f, { x, y }) => f["pinball"]!(x, y, { quantile: 0.5 }),
    right: (f, { x, y }) => half(f["absoluteDifferences"]!(x, y)),
  },
  "epsilonInsensitive with epsilon 0": {
    left: (f, { x, y }) => f["epsilonInsensitive"]!(x, y, { epsilon: 0 }),
    right: (f, { x, y }) => f["absoluteDifferences"]!(x, y),
  },
  "epsilonInsensitive with epsilon 0, squared": {
    left: (f, { x, y }) => f["epsilonInsensitive"]!(x, y, { epsilon: 0, squared: true }),
    right: (f, { x, y }) => f["squaredDifferences"]!(x, y),
  },
  "laplaceNll of scale 1": {
    left: (f, { x, y }) => f["laplaceNll"]!(x, y, 1).sub(Math.LN2),
    right: (f, { x, y }) => f["absoluteDifferences"]!(x, y),
  },
  "squaredHinge is the hinge squared": {
    left: (f, { x, sign, scale }) => f["squaredHinge"]!(x, sign, { delta: scale }),
    right: (f, { x, sign, scale }) => square(f["hingeLoss"]!(x, sign, { delta: scale })),
  },
  "hingeLoss without a margin": {
    left: (f, { x, sign }) => f["hingeLoss"]!(x, sign, { delta: 0 }),
    right: (f, { x, sign }) => f["perceptronLoss"]!(x, sign),
  },
  "sigmoidFocalCrossentropyLogits with gamma 0": {
    left: (f, { unit, x }) => f["sigmoidFocalCrossentropyLogits"]!(unit, x, { gamma: 0 }),
    right: (f, { unit, x }) => f["sigmoidCrossentropyLogits"]!(unit, x),
  },
  "sigmoidFocalCrossentropyLogits with alpha 1/2": {
    left: (f, { unit, x }) => f["sigmoidFocalCrossentropyLogits"]!(unit, x, { alpha: 0.5 }),
    right: (f, { unit, x }) => half(f["sigmoidFocalCrossentropyLogits"]!(unit, x)),
  },
  "softmaxFocalCrossentropyLogits with gamma 0": {
    left: (f, { targets, logits }) => f["softmaxFocalCrossentropyLogits"]!(softmax(targets), logits, { gamma: 0 }),
    right: (f, { targets, logits }) => f["softmaxCrossentropyLogits"]!(softmax(targets), logits),
  },
  "polyCrossentropyLogits with epsilon 0": {
    left: (f, { targets, logits }) => f["polyCrossentropyLogits"]!(softmax(targets), logits, { epsilon: 0 }),
    right: (f, { targets, logits }) => f["softmaxCrossentropyLogits"]!(softmax(targets), logits),
  },
  "generalizedCrossentropyLogits with q 0": {
    left: (f, { targets, logits }) => f["generalizedCrossentropyLogits"]!(softmax(targets), logits, { q: 0 }),
    right: (f, { targets, logits }) => f["softmaxCrossentropyLogits"]!(softmax(targets), logits),
  },
  "generalizedCrossentropyLogits with q 1": {
    left: (f, { index, logits }) => f["generalizedCrossentropyLogits"]!(index, logits, { q: 1 }),
    right: (_, { index, logits }) => sub(1, sum(mul(dense(index), softmax(logits)), -1)),
  },
  "labelSmoothing of softmaxCrossentropyLogits": {
    left: (f, { targets, logits, share }) =>
      f["softmaxCrossentropyLogits"]!(softmax(targets), logits, { labelSmoothing: share }),
    right: (f, { targets, logits, share }) =>
      f["softmaxCrossentropyLogits"]!(f["smoothLabels"]!(softmax(targets), share), logits),
  },
  "labelSmoothing of categoricalCrossentropy": {
    left: (f, { targets, units, share }) =>
      f["categoricalCrossentropy"]!(softmax(targets), units, { labelSmoothing: share }),
    right: (f, { targets, units, share }) =>
      f["categoricalCrossentropy"]!(f["smoothLabels"]!(softmax(targets), share), units),
  },
  "labelSmoothing of softmaxFocalCrossentropyLogits": {
    left: (f, { targets, logits, share }) =>
      f["softmaxFocalCrossentropyLogits"]!(softmax(targets), logits, { labelSmoothing: share }),
    right: (f, { targets, logits, share }) =>
      f["softmaxFocalCrossentropyLogits"]!(f["smoothLabels"]!(softmax(targets), share), logits),
  },
  "labelSmoothing of sigmoidCrossentropyLogits": {
    left: (f, { unit, x, share }) => f["sigmoidCrossentropyLogits"]!(unit, x, { labelSmoothing: share }),
    right: (f, { unit, x, share }) => f["sigmoidCrossentropyLogits"]!(towardsHalf(unit, share), x),
  },
  "labelSmoothing of binaryCrossentropy": {
    left: (f, { unit, z, share }) => f["binaryCrossentropy"]!(unit, sigmoid(z), { labelSmoothing: share }),
    right: (f, { unit, z, share }) => f["binaryCrossentropy"]!(towardsHalf(unit, share), sigmoid(z)),
  },
  "labelSmoothing of sigmoidFocalCrossentropyLogits": {
    left: (f, { unit, x, share }) => f["sigmoidFocalCrossentropyLogits"]!(unit, x, { labelSmoothing: share }),
    right: (f, { unit, x, share }) => f["sigmoidFocalCrossentropyLogits"]!(towardsHalf(unit, share), x),
  },
  "positiveWeight of sigmoidCrossentropyLogits, as a weight": {
    left: (f, { x, scale }) => f["sigmoidCrossentropyLogits"]!([1, 1, 1, 1], x, { positiveWeight: scale }),
    right: (f, { x, scale }) => mul(f["sigmoidCrossentropyLogits"]!([1, 1, 1, 1], x), scale),
  },
  "smoothLabels by nothing": {
    left: (f, { targets }) => f["smoothLabels"]!(targets, 0),
    right: (_, { targets }) => targets,
  },
  "tverskyLoss with equal weights is diceLoss": {
    left: (f, { units, targets }) =>
      f["tverskyLoss"]!(targets, units, { falsePositiveWeight: 0.5, falseNegativeWeight: 0.5, smooth: 1 }),
    right: (f, { units, targets }) => f["diceLoss"]!(targets, units, { smooth: 2 }),
  },
  "tverskyLoss with weights of 1 is jaccardLoss": {
    left: (f, { units, targets }) =>
      f["tverskyLoss"]!(targets, units, { falsePositiveWeight: 1, falseNegativeWeight: 1, smooth: 1 }),
    right: (f, { units, targets }) => f["jaccardLoss"]!(targets, units, { smooth: 1 }),
  },
  "focalTversky with gamma 1": {
    left: (f, { units, targets }) => f["focalTversky"]!(targets, units, { gamma: 1 }),
    right: (f, { units, targets }) => f["tverskyLoss"]!(targets, units),
  },
  "tripletFromDistances of equal distances is its margin": {
    left: (f, { unit, scale }) => f["tripletFromDistances"]!(unit, stopGradient(unit), { margin: scale }),
    right: (_, { unit, scale }) => sub(unit, stopGradient(unit)).add(scale),
  },
  "ntXent against all is supervisedContrastive": {
    left: (f, { vectors, groups, scale }) => f["ntXent"]!(vectors, groups, { temperature: scale, denominator: "all" }),
    right: (f, { vectors, groups, scale }) => f["supervisedContrastive"]!(vectors, groups, { temperature: scale }),
  },
  "grpo without a divergence is ppoClip": {
    left: (f, { x, y, z }) => f["grpo"]!(x, stopGradient(y), stopGradient(z), { beta: 0 }),
    right: (f, { x, y, z }) => f["ppoClip"]!(x, stopGradient(y), stopGradient(z)),
  },
  "dpo, robust to no label": {
    left: (f, { x, y }) => f["dpo"]!(x, y, [0, 0, 0, 0], [0, 0, 0, 0], { variant: "robust", labelSmoothing: 0 }),
    right: (f, { x, y }) => f["dpo"]!(x, y, [0, 0, 0, 0], [0, 0, 0, 0]),
  },
};

/** The weight 1 for every class, in each loss that has class weights. */
const weighted: Readonly<Record<string, Equality>> = Object.fromEntries(
  [
    "softmaxCrossentropyLogits",
    "categoricalCrossentropy",
    "softmaxFocalCrossentropyLogits",
    "multilabelSoftMargin",
  ].map((name) => [
    `classWeights of 1 of ${name}`,
    {
      left: (f, { targets, logits }) => f[name]!(softmax(targets), softmax(logits), { classWeights: ones }),
      right: (f, { targets, logits }) => f[name]!(softmax(targets), softmax(logits)),
    } satisfies Equality,
  ]),
);

function towardsHalf(labels: Tensor, share: Tensor): Tensor {
  return mul(labels, sub(1, share)).add(half(share));
}

/** Every equality by its name. */
export const equalities: Readonly<Record<string, Equality>> = { ...forms, ...sparse, ...parents, ...weighted };

/** A function, or an option of one, that an equality needs and that doesn't exist yet. */
class Missing extends Error {}

/** Functions that note by `use` what is asked of them: a function, or an option of one. */
function functionsNoting(use: (what: string) => void): Functions {
  const call = (name: string, args: readonly unknown[]): Tensor => {
    const given =
      Object.getPrototypeOf(args.at(-1) ?? 0) === Object.prototype ? Object.keys(args.at(-1) as object) : [];
    for (const what of [name, ...given.map((option) => `${name}: ${option}`)]) use(what);
    const subject = subjectOf(name);
    if (subject === undefined) throw new Missing(name);
    const lacking = given.find((option) => !subject.takes(option));
    if (lacking !== undefined) throw new Missing(`${name}: ${lacking}`);
    const result: unknown = (ofLosses as unknown as Functions)[name]!(...args);
    return result instanceof Tensor ? result : (result as { readonly loss: Tensor }).loss;
  };
  return new Proxy({} as Record<string, never>, {
    get:
      (_, name: string) =>
      (...args: readonly unknown[]) =>
        call(name, args),
  });
}

const givenNames = Object.keys(givens);

/** What a side is of the arrays that both sides share. */
export function sideOf(side: Side, use: (what: string) => void = () => {}): (...tensors: Tensor[]) => Tensor {
  const functions = functionsNoting(use);
  return (...tensors) =>
    side(functions, Object.fromEntries(givenNames.map((name, index) => [name, tensors[index]!])) as unknown as Given);
}

/** The arrays that both sides share. */
export const givenArrays: readonly NDArray[] = Object.values(givens);

/** The positions of those with respect to which there are gradients. */
export const givenFloats: readonly number[] = givenArrays.flatMap(({ dtype }, index) =>
  dtype === "float64" ? [index] : [],
);

/** What an equality waits for; undefined if both sides can be computed. */
export function missingFor(equality: Equality): string | undefined {
  return traceBoth(equality, () => {});
}

/** The functions that an equality is about, and `function: option` for their options. */
export function usesOf(equality: Equality): ReadonlySet<string> {
  const uses = new Set<string>();
  traceBoth(equality, (what) => uses.add(what));
  return uses;
}

function traceBoth({ left, right }: Equality, use: (what: string) => void): string | undefined {
  try {
    for (const side of [left, right]) traceOf(sideOf(side, use), givenArrays);
    return undefined;
  } catch (error) {
    if (error instanceof Missing) return error.message;
    throw error;
  }
}

/** Where does a loss of classes become another one, and what do ignored, impossible and certain classes cost? */
import { type Tensor, type TensorLike, grad, logSoftmax, softmax } from "@symloss/core";
import { describe, expect, it } from "vitest";
import { elementsOf, gradientsOf, valueOf } from "../../test/on-cpu.ts";
import {
  binaryCrossentropy,
  brierScore,
  categoricalCrossentropy,
  categoricalHinge,
  generalizedCrossentropyLogits,
  hingeLoss,
  multiMargin,
  multiclassHingeLoss,
  multiclassPerceptron,
  multiclassSparsemax,
  multilabelMargin,
  multilabelSoftMargin,
  negativeLogLikelihood,
  perceptronLoss,
  polyCrossentropyLogits,
  sigmoidFocalCrossentropyLogits,
  smoothLabels,
  softMargin,
  softmaxCrossentropyLogits,
  softmaxFocalCrossentropyLogits,
  sparseCategoricalCrossentropy,
  sparseSigmoidCrossentropyLogits,
  sparseSoftmaxCrossentropyLogits,
  sparsemaxLoss,
  squaredHinge,
} from "./index.ts";

const logits = [
  [1, -2, 0.5],
  [0, 3, -1],
  [-4, 2, 2],
];
const index = Int32Array.of(0, 1, 2);
const rows = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
const soft = [
  [0.25, 0.5, 0.25],
  [0, 0.75, 0.25],
  [1, 0, 0],
];

async function expectSame(left: Tensor, right: Tensor, digits = 5): Promise<void> {
  expect(await elementsOf(left)).toEqual(
    (await elementsOf(right)).map((value) => expect.closeTo(value, digits) as number),
  );
}

/** Values, and gradients by the logits. */
async function expectSameLoss(left: (x: Tensor) => Tensor, right: (x: Tensor) => Tensor): Promise<void> {
  const values = (loss: (x: Tensor) => Tensor) => gradientsOf((x) => loss(x), logits);
  const [[wanted]] = [await values(right)];
  expect((await values(left))[0]).toEqual(wanted!.map((value) => expect.closeTo(value, 5) as number));
  await expectSame(left(logSoftmax(logits)), right(logSoftmax(logits)));
}

/** Losses of class indices and of rows, which are the same for rows with a single 1. */
const ofClasses: readonly (readonly [string, (labels: TensorLike, x: Tensor) => Tensor])[] = [
  ["focal", (labels, x) => softmaxFocalCrossentropyLogits(labels, x, { gamma: 1.5 })],
  [
    "focal, weighted and smoothed",
    (labels, x) => softmaxFocalCrossentropyLogits(labels, x, { classWeights: [1, 2, 0.5], labelSmoothing: 0.25 }),
  ],
  ["focal, weighted", (labels, x) => softmaxFocalCrossentropyLogits(labels, x, { classWeights: [1, 2, 0.5] })],
  ["generalised", (labels, x) => generalizedCrossentropyLogits(labels, x)],
];

describe("rows with a single 1", () => {
  it.each(ofClasses)("cost what their class does: %s", async (_, loss) => {
    await expectSameLoss(
      (x) => loss(index, x),
      (x) => loss(rows, x),
    );
  });

  it("cost what their class does: cross entropies", async () => {
    for (const options of [{}, { labelSmoothing: 0.25 }, { labelSmoothing: [0, 0.5, 1] }]) {
      await expectSameLoss(
        (x) => sparseSoftmaxCrossentropyLogits(index, x, options),
        (x) => softmaxCrossentropyLogits(rows, x, options),
      );
    }
    await expectSame(
      sparseCategoricalCrossentropy(index, softmax(logits)),
      categoricalCrossentropy(rows, softmax(logits)),
    );
  });
});

describe("an option at its end", () => {
  it("gives the cross entropy", async () => {
    const parent = (x: Tensor) => softmaxCrossentropyLogits(soft, x);
    await expectSameLoss((x) => softmaxFocalCrossentropyLogits(soft, x, { gamma: 0 }), parent);
    await expectSameLoss((x) => polyCrossentropyLogits(soft, x, { epsilon: 0 }), parent);
    await expectSameLoss((x) => generalizedCrossentropyLogits(soft, x, { q: 0 }), parent);
    await expectSameLoss(
      (x) => softmaxCrossentropyLogits(soft, x, { labelSmoothing: 0, classWeights: [1, 1, 1] }),
      parent,
    );
    await expectSameLoss(
      (x) => sparseSoftmaxCrossentropyLogits(index, x, { labelSmoothing: 0 }),
      (x) => sparseSoftmaxCrossentropyLogits(index, x),
    );
  });

  it("gives the sigmoid cross entropy", async () => {
    const parent = (x: Tensor) => sparseSigmoidCrossentropyLogits(soft, x);
    await expectSameLoss((x) => sigmoidFocalCrossentropyLogits(soft, x, { gamma: 0 }), parent);
    await expectSameLoss((x) => sigmoidFocalCrossentropyLogits(soft, x, { gamma: 0, alpha: 0.5 }).mul(2), parent);
    await expectSameLoss((x) => sparseSigmoidCrossentropyLogits(soft, x, { positiveWeight: 1 }), parent);
    await expectSameLoss((x) => sparseSigmoidCrossentropyLogits(soft, x, { labelSmoothing: 0 }), parent);
    await expectSameLoss((x) => binaryCrossentropy(soft, x.sigmoid()), parent);
    await expectSame(multilabelSoftMargin(soft, logits), sparseSigmoidCrossentropyLogits(soft, logits).mean(-1));
  });

  it("gives the probability of an error with q 1", async () => {
    await expectSame(
      generalizedCrossentropyLogits(rows, logits, { q: 1 }),
      softmax(logits).mul(rows).sum(-1).neg().add(1),
    );
  });
});

describe("signs", () => {
  const scores = [0.5, -3, 0, 2];
  const signs = [1, 1, -1, -1];

  it("cost what 0 and 1 do in the sigmoid cross entropy", async () => {
    await expectSame(softMargin(scores, signs), sparseSigmoidCrossentropyLogits([1, 1, 0, 0], scores));
  });

  it("cost the square of the hinge, and without a margin what the perceptron costs", async () => {
    await expectSame(squaredHinge(scores, signs, { delta: 0.5 }), hingeLoss(scores, signs, { delta: 0.5 }).square());
    await expectSame(perceptronLoss(scores, signs), hingeLoss(scores, signs, { delta: 0 }));
    await expectSame(multiclassPerceptron(logits, index), multiclassHingeLoss(logits, index, { delta: 0 }));
  });

  it("have no second derivative beyond the margin", async () => {
    const slope = (x: Tensor) => grad((given) => squaredHinge(given, [1, 1]).sum())(x);
    expect(await gradientsOf(slope, [0.5, 2])).toEqual([[2, 0]]);
  });
});

describe("ignored rows", () => {
  const hidden = [NaN, Infinity, 1e30];

  it.each(hidden)("cost 0 whatever they hold: %d", async (value) => {
    const spoiled = [
      [0.25, 0.5, 0.25],
      [value, value, value],
    ];
    const labels = [1, -100];
    for (const loss of [
      (x: Tensor) => sparseSoftmaxCrossentropyLogits(labels, x, { ignoreIndex: -100, labelSmoothing: 0.5 }),
      (x: Tensor) => sparseSoftmaxCrossentropyLogits(labels, x, { ignoreIndex: -100 }),
      (x: Tensor) => sparseCategoricalCrossentropy(labels, x, { ignoreIndex: -100, normalize: true }),
      (x: Tensor) => negativeLogLikelihood(labels, x, { ignoreIndex: -100 }),
    ]) {
      expect((await elementsOf(loss(spoiled as never)))[1]).toBe(0);
      const [gradient] = await gradientsOf(loss, spoiled);
      expect(gradient!.slice(3)).toEqual([0, 0, 0]);
      expect(gradient!.slice(0, 3).every(Number.isFinite)).toBe(true);
    }
  });

  it("are the only ones that probabilities out of range are allowed in", async () => {
    await expect(valueOf(sparseCategoricalCrossentropy([0], [[1.5, 0]]))).rejects.toThrow(
      "sparseCategoricalCrossentropy: probabilities must be from 0 to 1, got 1.5 at [0, 0].",
    );
  });
});

describe("what is certain or impossible", () => {
  it("has finite gradients with powers below 1", async () => {
    const far = [[1000, 0, -1000]];
    for (const gamma of [0.5, 1, 2]) {
      const [bySoftmax] = await gradientsOf((x) => softmaxFocalCrossentropyLogits([0], x, { gamma }), far);
      const [bySigmoid] = await gradientsOf((x) => sigmoidFocalCrossentropyLogits([[1, 0, 0]], x, { gamma }), far);
      expect(bySoftmax).toEqual([0, 0, 0]);
      expect(bySigmoid).toEqual([0, expect.any(Number), 0]);
      expect(bySigmoid!.every(Number.isFinite)).toBe(true);
    }
  });

  it("costs what epsilon says, alike at both ends, and keeps its gradient", async () => {
    const ends = await elementsOf(binaryCrossentropy([1, 0], [0, 1]));
    expect(ends).toEqual([-Math.log(1e-7), -Math.log(1e-7)].map((end) => expect.closeTo(end, 4) as number));
    const [, slopes] = await gradientsOf((t, p) => binaryCrossentropy(t, p), [1, 0], [0, 1]);
    expect(slopes).toEqual([-1e7, 1e7].map((slope) => expect.closeTo(slope, -1) as number));
  });

  it("costs Infinity and 0 without an epsilon", async () => {
    expect(await valueOf(binaryCrossentropy([1, 0, 0], [0, 0, 1], { epsilon: 0 }))).toEqual([Infinity, 0, Infinity]);
    expect(await valueOf(categoricalCrossentropy([[0, 1]], [[0, 1]], { epsilon: 0 }))).toEqual([0]);
  });

  it("is bounded in the generalised cross entropy", async () => {
    expect(await valueOf(generalizedCrossentropyLogits([0], [[-Infinity, 0]], { q: 0.5 }))).toEqual([2]);
    expect(await gradientsOf((x) => generalizedCrossentropyLogits([0], x, { q: 0.5 }), [[-Infinity, 0]])).toEqual([
      [0, 0],
    ]);
  });
});

describe("margins", () => {
  it("are those of PyTorch's own examples", async () => {
    expect((await elementsOf(multiMargin([[0.1, 0.2, 0.4, 0.8]], [3])))[0]).toBeCloseTo(0.325, 6);
    expect((await elementsOf(multilabelMargin([[0.1, 0.2, 0.4, 0.8]], [[1, 0, 0, 1]])))[0]).toBeCloseTo(0.85, 6);
  });

  it("differ by the zero of the right class where all other scores are below it", async () => {
    expect(await valueOf(categoricalHinge([[1, 0]], [[0.25, -2]]))).toEqual([0.75]);
    expect(await valueOf(multiclassHingeLoss([[0.25, -2]], [0]))).toEqual([0]);
  });

  it("need no other class", async () => {
    expect(await valueOf(multiMargin([[3]], [0]))).toEqual([0]);
    expect(await valueOf(multilabelMargin([[3]], [[1]]))).toEqual([0]);
    expect(await valueOf(multiclassPerceptron([[3]], [0]))).toEqual([0]);
  });

  it("of sparsemax are where its value is exactly 0 or a line", async () => {
    expect(await valueOf(sparsemaxLoss([0, 0, 0], [-1, 0, 1]))).toEqual([0, 0.25, 1]);
    expect(await gradientsOf((x) => sparsemaxLoss([0, 0, 0, 0], x), [-1, 0, 1, 1e30])).toEqual([[0, 0.5, 1, 1]]);
  });
});

describe("sparsemax of classes", () => {
  it("is that of two classes by the difference of their scores", async () => {
    const scores = [2, 0.5, -0.25, -3];
    const pairs = scores.map((score) => [score, 0]);
    await expectSame(multiclassSparsemax([0, 0, 0, 0], pairs), sparsemaxLoss([1, 1, 1, 1], scores));
  });

  it("keeps its digits at large logits, and drops classes that are impossible", async () => {
    const far = [[10_000.5, 10_000, -Infinity]];
    await expectSame(multiclassSparsemax([1], far), multiclassSparsemax([1], [[0.5, 0, -4]]));
    expect(await gradientsOf((x) => multiclassSparsemax([1], x), far)).toEqual([[0.75, -0.75, 0]]);
  });

  it("has the gradient of its probabilities as second derivative", async () => {
    const slope = (x: Tensor) => grad((given) => multiclassSparsemax([0], given).sum())(x).square();
    const [curve] = await gradientsOf(slope, [[0.5, 0, -4]]);
    expect(curve).toEqual([-0.5, 0.5, 0].map((value) => expect.closeTo(value, 6) as number));
  });
});

describe("smoothed labels", () => {
  it("are what the option of the cross entropy makes of them", async () => {
    await expectSame(
      softmaxCrossentropyLogits(smoothLabels(soft, 0.3), logits),
      softmaxCrossentropyLogits(soft, logits, { labelSmoothing: 0.3 }),
    );
  });

  it("are exactly 0 where they are masked, so that masked logits cost nothing", async () => {
    const mask = [true, true, false];
    const labels = smoothLabels([[0, 1, 0]], 0.5, { mask });
    expect(await valueOf(labels)).toEqual([[0.25, 0.75, 0]]);
    expect(await valueOf(softmaxCrossentropyLogits(labels, [[0, 0, -Infinity]]))).toEqual([Math.fround(Math.LN2)]);
  });
});

describe("the Brier score", () => {
  const [yes, likely] = [
    [1, 0, 1],
    [0.75, 0.5, 0.125],
  ] as const;

  it("of two classes is twice that of a yes", async () => {
    const both = (list: readonly number[]) => list.map((value) => [1 - value, value]);
    const twice = brierScore([...yes], [...likely]).mul(2);
    await expectSame(brierScore(both(yes), both(likely), { axis: -1 }), twice);
  });

  it("has classes on any axis, on several, or none", async () => {
    const [targets, probabilities] = [
      [[...yes], [...yes]],
      [[...likely], [0, 1, 1]],
    ];
    expect(await valueOf(brierScore(targets, probabilities, { axis: null }))).toEqual(
      await valueOf(brierScore(targets, probabilities)),
    );
    expect(await valueOf(brierScore(targets, probabilities, { axis: 0 }))).toEqual([1.0625, 1.25, 0.765625]);
    expect(await valueOf(brierScore(targets, probabilities, { axis: [0, 1] }))).toBe(3.078125);
  });
});

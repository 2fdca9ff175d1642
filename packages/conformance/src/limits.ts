/** Do values and derivatives equal the limits of their formulas where zeros meet infinities, parts cancel, or numbers are NaN? */
import {
  type Engine,
  type NDArray,
  type Tensor,
  abs,
  atan,
  atan2,
  grad,
  lgamma,
  log,
  log1p,
  logAddExp,
  logSumExp,
  max,
  maximum,
  min,
  minimum,
  norm,
  normalize,
  pow,
  relu,
  softmax,
  softplus,
  sqrt,
  stack,
  standardDeviation,
  sub,
  sum,
  tanh,
  weightedBy,
  xlogy,
} from "@symloss/core";
import {
  categoricalEntropy,
  fgmmVae,
  hingeLoss,
  huber,
  normalDivergence,
  normalLogProbability,
  reduce,
  softmaxCrossentropyLogits,
  sparseSigmoidCrossentropyLogits,
  sparseSoftmaxCrossentropyLogits,
  squaredDifferences,
  vaeGmm,
} from "@symloss/losses";
import type { CaseContext, ConformanceCase } from "./case.ts";
import { type Expected, expectArray, expectThat } from "./compare.ts";
import { compute } from "./compute.ts";
import { arrayOf, productOf } from "./data.ts";
import { floatTypes } from "./operations/spec.ts";
import { toleranceOf } from "./tolerance.ts";

/** The cases of limits, in every float dtype that the engine declares, for an engine that carries infinities and NaN. */
export function limitCases({ traits }: CaseContext): ConformanceCase[] {
  if (traits.nonFinite !== "strict") return [];
  const make = (name: string, run: (engine: Engine) => Promise<void>): ConformanceCase => ({
    name: `gradients: limits, ${name}`,
    group: "gradients",
    run,
  });
  const types = floatTypes.filter((dtype) => traits.dtypes.includes(dtype));
  return [
    ...types.flatMap((dtype) =>
      Object.entries(limits).map(([name, limit]) =>
        make(`${name} ${dtype}`, (engine) => expectLimit(engine, name, limit, dtype)),
      ),
    ),
    make("a loss that is 0 is not -0", expectZeros),
  ];
}

/** A function of x, of x and y, and so on; and its values and derivatives, element by element. */
interface Limit {
  readonly fn: (...inputs: Tensor[]) => Tensor;
  /** The values of x, y, z, w, in this order. */
  readonly at: readonly (readonly number[])[];
  /** The shape of each input; by default they are vectors. */
  readonly shape?: readonly number[];
  /** `value` is the value; `xy` is the derivative of the sum by x, whose sum is then differentiated by y. */
  readonly are: Readonly<Record<string, readonly number[]>>;
}

const inf = Infinity;
const ln2 = Math.LN2;

/** [variance from, variance to, distance of the means; value, derivatives by these], from 60-digit arithmetic. */
const divergences: readonly (readonly number[])[] = [
  [1.0009765625, 1, 0, 2.3826347227055202e-7, 0.0004878048780487805, -0.00048828125, 0],
  [1, 1.0009765625, 0, 2.3810847894896017e-7, -0.0004878048780487805, 0.0004873289708506841, 0],
  [0.999755859375, 1, 0, 1.4903586957228346e-8, -0.0001221001221001221, 0.0001220703125, 0],
  [1.0000009536743164, 1, 0, 2.273735308830458e-13, 4.768367034562078e-7, -4.76837158203125e-7, 0],
  [2 ** -100 * (1 + 2 ** -10), 2 ** -100, 0, 2.3826347227055202e-7, 6.183661464527948e26, -(2 ** 89), 0],
  [2 ** 100, 2 ** 100 * (1 + 2 ** -13), 0, 3.7246840519166185e-9, -4.814237185530403e-35, 4.8136495818216843e-35, 0],
  [1.0625, 1, 0, 0.0009376890917825787, 0.029411764705882353, -0.03125, 0],
  [1.05859375, 1, 0, 0.0008261867999307876, 0.027675276752767528, -0.029296875, 0],
  [0.9375, 1, 0, 0.0010192605687855858, -0.03333333333333333, 0.03125, 0],
  [1.5, 1, 0, 0.04726744594591781, 0.16666666666666666, -0.25, 0],
  [0.125, 4, 1, 1.3734929513998633, -3.875, 0.08984375, 0.25],
  [2 ** -100, 2 ** 100, 0, 68.81471805599453, -6.338253001141147e29, 3.944304526105059e-31, 0],
  [1, 1, 2 ** -60, 3.76158192263132e-37, 0, -3.76158192263132e-37, 8.673617379884035e-19],
  [2 ** 100, 2 ** 100, 2 ** 52, 8, 0, -6.310887241768094e-30, 3.552713678800501e-15],
];

/** lgamma and its derivatives, from 40-digit arithmetic (mpmath 1.3). */
const gammas: Readonly<Record<string, readonly number[]>> = {
  value: [
    1.2880225246980774, 0.0, 0.0, 1.2009736023470743, 7.534364236758733, 359.1342053695754, 1.589575312551186,
    0.860047015376481, 0.5555015450206475, -5.504750066148867e-7, 0.00014097082187592238, 4.0319885504430156e-7,
    -0.00010319961029799209,
  ],
  x: [
    -4.2274535333762655, -0.5772156649015329, 0.42278433509846713, 1.103156640645243, 1.9467574842460869,
    4.600161852738087, 2.9141391202135276, 0.7031566406452432, 4.158583564657972, -0.5772140961712544,
    -0.5776173317966252, 0.4227849501553387, 0.42262686844757497,
  ],
  xx: [
    17.19732915450711, 1.6449340668482264, 0.6449340668482264, 0.3303577561002349, 0.1426158966967038,
    0.010050166663333571, 18.541879647671607, 9.379246644989124, 19.37941051186914, 1.6449317741095888,
    1.6455212022903232, 0.644933681455493, 0.6450327421681634,
  ],
  xxx: [
    -129.32773993753693, -2.4041138063191885, -0.4041138063191886, -0.1082040516417274, -0.020305252536644666,
    -0.00010100499983335, 122.69736678366236, -0.2362040516417274, 123.89694977406016, -2.404107613227285,
    -2.4056999827082897, -0.4041133352622698, -0.40423442341140725,
  ],
  xxxx: [
    1538.7821440091884, 6.493939402266829, 0.49393940226682914, 0.07030584881725205, 0.005772436656578694,
    2.030199990001333e-6, 1555.7633125348507, 194.59427621918763, 1558.4550231887144, 6.493915668929512,
    6.500018790895991, 0.4939385570585361, 0.4941558378703281,
  ],
};

/** For each row of six, which of its three entries count. */
const maskedRows: readonly (readonly boolean[])[] = [
  [true, true, false],
  [true, false, true],
  [false, false, false],
  [false, true, true],
  [false, false, true],
  [true, true, true],
];

const limits: Readonly<Record<string, Limit>> = {
  "x^y": {
    fn: pow,
    at: [
      [0, 0, 0, 0, 0, 0, inf, inf, inf, 2, 0.5, 0.5, 2, 2],
      [0, 1, 2, 0.5, -1, 3, 0, 2, -1, 0, inf, -inf, inf, -inf],
    ],
    are: {
      value: [1, 0, 0, 0, inf, 0, 1, inf, 0, 1, 0, inf, inf, 0],
      x: [0, 1, 0, inf, -inf, 0, 0, inf, 0, 0, 0, -inf, inf, 0],
      // 0^y counts as constant from y = 0 on, and its slope is -Infinity before.
      y: [0, 0, 0, 0, -inf, 0, inf, inf, 0, ln2, 0, -inf, inf, 0],
      xx: [0, 0, 2, -inf, inf, 0, 0, 2, 0, 0, 0, inf, inf, 0],
      xy: [inf, 1, 0, -inf, inf, 0, 0, inf, 0, 0.5, 0, inf, inf, 0],
      yx: [inf, 1, 0, -inf, inf, 0, 0, inf, 0, 0.5, 0, inf, inf, 0],
      yy: [0, 0, 0, 0, inf, 0, inf, inf, 0, ln2 ** 2, 0, inf, inf, 0],
      xxx: [0, 0, 0, inf, -inf, 6, 0, 0, 0, 0, 0, -inf, inf, 0],
    },
  },
  "x^0 is constant": {
    fn: (x) => pow(x, 0),
    at: [[0, -0, inf, -inf, 3]],
    are: { value: [1, 1, 1, 1, 1], x: [0, 0, 0, 0, 0], xx: [0, 0, 0, 0, 0], xxx: [0, 0, 0, 0, 0] },
  },
  "x^1.5 at its end": {
    fn: (x) => pow(x, 1.5),
    at: [[0, inf, 4]],
    are: { value: [0, inf, 8], x: [0, inf, 3], xx: [inf, 0, 0.375], xxx: [-inf, 0, -0.046875] },
  },
  "sqrt, log1p and softplus at their ends": {
    fn: (x, y, z) => sqrt(x!).add(log1p(y!)).add(softplus(z!)),
    at: [
      [0, 1, 4],
      [0, -1, 0],
      [0, 0, -inf],
    ],
    are: { x: [inf, 0.5, 0.25], y: [1, inf, 1], z: [0.5, 0.5, 0], xx: [-inf, -0.25, -0.03125], zz: [0.25, 0.25, 0] },
  },
  "tanh where it is flat": {
    fn: tanh,
    at: [[0, 8, -20, 40, inf, -inf]],
    are: {
      x: [1, 4.501405975637292e-7, 1.6993417021166355e-17, 7.219405551381661e-35, 0, 0],
      xx: [0, -9.00280992500878e-7, 3.398683404233271e-17, -1.443881110276332e-34, 0, 0],
    },
  },
  "softmax of a sure share": {
    fn: (x) => softmax(x!, 1).slice([0, 0], [3, 1]),
    shape: [3, 2],
    at: [[20, 0, 0, 20, 60, 0]],
    are: {
      x: [
        2.061153613941849e-9, -2.061153613941849e-9, 2.061153613941849e-9, -2.061153613941849e-9, 8.756510762696529e-27,
        -8.756510762696529e-27,
      ],
    },
  },
  "weightedBy: a weight of 0 wins": {
    fn: (x, y) => weightedBy(x!, y!),
    at: [
      [inf, -inf, inf, 3, NaN],
      [0, 0, 2, 0, 0],
    ],
    are: {
      value: [0, 0, inf, 0, NaN],
      x: [0, 0, 2, 0, 0],
      y: [0, 0, inf, 3, NaN],
      xx: [0, 0, 0, 0, 0],
      yy: [0, 0, 0, 0, 0],
    },
  },
  "weightedBy a logarithm: a weight of 0 wins": {
    fn: (x, y) => weightedBy(log(x!), y!).add(weightedBy(log1p(sub(x!, 1)), y!)),
    at: [
      [0, 0, 2, inf, NaN],
      [0, 1, 0, 0, 0],
    ],
    are: {
      value: [0, -inf, 0, 0, NaN],
      x: [0, inf, 0, 0, NaN],
      y: [0, -inf, 2 * ln2, 0, NaN],
      xx: [0, -inf, 0, 0, NaN],
      xy: [0, inf, 1, 0, NaN],
    },
  },
  "xlogy: 0 wins": {
    fn: xlogy,
    at: [
      [0, 0, 0, 1, -1, 2, 0, 3, NaN],
      [0, inf, 4, 0, 0, inf, -1, 0.5, 1],
    ],
    are: {
      value: [0, 0, 0, -inf, inf, inf, 0, -3 * ln2, NaN],
      x: [0, inf, 2 * ln2, -inf, -inf, inf, NaN, -ln2, 0],
      y: [0, 0, 0, inf, -inf, 0, 0, 6, NaN],
      xx: [0, 0, 0, 0, 0, 0, 0, 0, 0],
      xy: [0, 0, 0.25, inf, inf, 0, -1, 2, 1],
      yx: [0, 0, 0.25, inf, inf, 0, -1, 2, 1],
      yy: [0, 0, 0, -inf, inf, 0, 0, -12, NaN],
      yyy: [0, 0, 0, inf, -inf, 0, 0, 48, NaN],
    },
  },
  "logAddExp of equal, distant and infinite numbers": {
    fn: logAddExp,
    at: [
      [0, 1e4, -1e4, -inf, -inf, 1, inf, inf, NaN],
      [0, -1e4, 1e4, -inf, 2, -inf, 1, inf, 0],
    ],
    are: {
      value: [ln2, 1e4, 1e4, -inf, 2, 1, inf, inf, NaN],
      x: [0.5, 1, 0, 0, 0, 1, 1, 0.5, NaN],
      y: [0.5, 0, 1, 0, 1, 0, 0, 0.5, NaN],
      xx: [0.25, 0, 0, 0, 0, 0, 0, 0, NaN],
      xy: [-0.25, 0, 0, 0, 0, 0, 0, 0, NaN],
      xxx: [0, 0, 0, 0, 0, 0, 0, 0, NaN],
      xxy: [0, 0, 0, 0, 0, 0, 0, 0, NaN],
    },
  },
  "logSumExp of the entries that a mask keeps": {
    fn: (x) => logSumExp(x!, { axis: 1, mask: maskedRows }),
    shape: [6, 3],
    at: [[0, 0, NaN, 1, inf, 2, NaN, inf, 5, 3, -inf, -inf, -inf, -inf, -inf, 7, -inf, -inf]],
    are: {
      value: [ln2, 2.313261687518223, -inf, -inf, -inf, 7],
      x: [0.5, 0.5, 0, 0.2689414213699951, 0, 0.7310585786300049, 0, 0, 0, 0, 0.5, 0.5, 0, 0, 1, 1, 0, 0],
      xx: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    },
  },
  "logSumExp over two axes of the entries that a mask keeps": {
    fn: (x) => logSumExp(x!, { axis: [0, 1], mask: [[true], [false]] }).mul(2),
    shape: [2, 2],
    at: [[-inf, -inf, 3, NaN]],
    are: { value: [-inf], x: [1, 1, 0, 0] },
  },
  "norm: without overflow or underflow, and flat at 0": {
    fn: (x) => norm(x!, 1),
    shape: [7, 2],
    at: [[0, 0, 3, -4, 3e30, 4e30, 3e-30, -4e-30, -inf, 2, inf, inf, NaN, inf]],
    are: {
      value: [0, 5, 5e30, 5e-30, inf, inf, NaN],
      x: [0, 0, 0.6, -0.8, 0.6, 0.8, 0.6, -0.8, NaN, 0, NaN, NaN, NaN, NaN],
    },
  },
  "norm, second and third derivatives": {
    fn: (x, y) => norm(stack([x!, y!], 1), 1),
    at: [
      [0, 3, 2 ** 40, 2 ** -40],
      [0, -4, 0, 0],
    ],
    are: {
      xx: [0, 0.128, 0, 0],
      xy: [0, 0.096, 0, 0],
      yy: [0, 0.072, 2 ** -40, 2 ** 40],
      xxx: [0, -0.04608, 0, 0],
      xxy: [0, -0.00256, 0, 0],
    },
  },
  "normalize of 0, and of an infinite entry": {
    fn: (x) => normalize(x!).slice([0, 0], [4, 1]),
    shape: [4, 2],
    at: [[0, 0, 3, -4, 3e30, 4e30, 1, inf]],
    are: { value: [0, 0.6, 0.6, 0], x: [0, 0, 0.128, 0.096, 1.28e-31, -9.6e-32, NaN, NaN] },
  },
  "the standard deviation of equal numbers": {
    fn: (x) => standardDeviation(x!, 1),
    shape: [3, 3],
    at: [[0.1, 0.1, 0.1, 1, 2, 3, 2 ** 100, 2 ** 101, 3 * 2 ** 100]],
    are: {
      value: [0, 0.816496580927726, 0.816496580927726 * 2 ** 100],
      x: [0, 0, 0, -0.408248290463863, 0, 0.408248290463863, -0.408248290463863, 0, 0.408248290463863],
    },
  },
  "lgamma, and its derivatives": {
    fn: lgamma,
    at: [[0.25, 1, 2, 3.5, 7.5, 100, -0.25, -1.5, -2.25, 1 + 2 ** -20, 1 - 2 ** -12, 2 + 2 ** -20, 2 - 2 ** -12]],
    are: gammas,
  },
  "lgamma at its poles, and infinitely far out": {
    fn: lgamma,
    at: [[0, -1, -2, inf, NaN]],
    are: { value: [inf, inf, inf, inf, NaN], x: [-inf, NaN, NaN, inf, NaN], xx: [inf, inf, inf, 0, NaN] },
  },
  "atan, and its derivatives": {
    fn: atan,
    at: [[0, 1, -2, 2 ** -20, 1e30, inf, -inf, NaN]],
    are: {
      value: [0, Math.PI / 4, -1.1071487177940904, 2 ** -20, Math.PI / 2, Math.PI / 2, -Math.PI / 2, NaN],
      x: [1, 0.5, 0.2, 1, 0, 0, 0, NaN],
      xx: [0, -0.5, 0.16, -(2 ** -19) / (1 + 2 ** -40) ** 2, 0, 0, 0, NaN],
    },
  },
  "atan2 in every direction": {
    fn: atan2,
    at: [
      [1, 1, 0, 0, -1, -3, 0, 3e30, 3e-30, inf, NaN],
      [0, 1, -1, 2, 1, -4, 0, 4e30, -4e-30, inf, 1],
    ],
    are: {
      value: [
        Math.PI / 2,
        Math.PI / 4,
        Math.PI,
        0,
        -Math.PI / 4,
        -2.498091544796509,
        0,
        0.6435011087932844,
        2.498091544796509,
        Math.PI / 4,
        NaN,
      ],
      x: [0, 0.5, -1, 0.5, 0.5, -0.16, 0, 1.6e-31, -1.6e29, 0, NaN],
      y: [-1, -0.5, 0, 0, 0.5, 0.12, 0, -1.2e-31, -1.2e29, 0, NaN],
    },
  },
  "atan2, second derivatives": {
    fn: atan2,
    at: [
      [1, 3, 0],
      [0, 4, 0],
    ],
    are: { xx: [0, -0.0384, 0], xy: [1, -0.0112, 0], yx: [1, -0.0112, 0], yy: [0, 0.0384, 0] },
  },
  "a NaN operand makes a gradient NaN": {
    fn: (x, y) => relu(x!).add(abs(y!)),
    at: [
      [NaN, -1, 2],
      [NaN, 0, -3],
    ],
    are: { x: [NaN, 0, 1], y: [NaN, 0, -1] },
  },
  "maximum and minimum of NaN": {
    fn: (x, y, z) => maximum(x!, y!).add(minimum(y!, z!)),
    at: [
      [NaN, 1, 1, 1],
      [2, NaN, 2, 1],
      [3, 3, NaN, 1],
    ],
    are: { x: [NaN, NaN, 0, 0.5], y: [NaN, NaN, NaN, 1], z: [0, NaN, NaN, 0.5] },
  },
  "max and min of rows with NaN": {
    fn: (x) => max(x!, 1).add(min(x!, 1)),
    shape: [3, 2],
    at: [[NaN, 1, 5, 5, -inf, 3]],
    are: { x: [NaN, NaN, 1, 1, 1, 1] },
  },
  "logSumExp of infinite rows: shared as ties of max are": {
    fn: (x) => logSumExp(x!, 1),
    shape: [5, 2],
    at: [[-inf, -inf, inf, 0, inf, inf, -inf, 3, NaN, 0]],
    are: {
      x: [0.5, 0.5, 1, 0, 0.5, 0.5, 0, 1, NaN, NaN],
      xx: [0, 0, 0, 0, 0, 0, 0, 0, NaN, NaN],
    },
  },

  "huber without an end": {
    fn: (x, y) => huber(x!, y!, { delta: inf }),
    at: [
      [0, 0, 0],
      [inf, -inf, 3],
    ],
    are: { value: [inf, inf, 4.5] },
  },
  "huber of an infinite error": {
    fn: (x, y) => huber(x!, y!),
    at: [
      [0, inf, 0],
      [inf, 0, -inf],
    ],
    are: { value: [inf, inf, inf], x: [-1, 1, 1], y: [1, -1, -1], yy: [0, 0, 0] },
  },
  "sigmoid cross entropy of infinite logits": {
    fn: (x, y) => sparseSigmoidCrossentropyLogits(x!, y!),
    at: [
      [0.5, 0.5, 1, 0, 0.25, 0.75, 1, 0],
      [inf, -inf, inf, -inf, inf, -inf, -inf, inf],
    ],
    are: {
      value: [inf, inf, 0, 0, inf, inf, inf, inf],
      y: [0.5, -0.5, 0, 0, 0.75, -0.75, -1, 1],
      yy: [0, 0, 0, 0, 0, 0, 0, 0],
    },
  },
  "hinge far from its margin": {
    fn: (x, y) => hingeLoss(x!, y!),
    at: [
      [inf, -inf, 1e30, -1e30],
      [1, 1, 1, 1],
    ],
    are: { value: [0, inf, 0, 1e30], x: [0, -1, 0, -1], y: [0, inf, 0, 1e30] },
  },
  "softmax cross entropy: a label of 0 wins": {
    fn: (x, y) => softmaxCrossentropyLogits(x!, y!),
    shape: [2, 2],
    at: [
      [1, 0, 0, 1],
      [0, -inf, 0, -inf],
    ],
    are: { value: [0, inf], y: [0, 0, 1, -1] },
  },
  "entropy of sure and of nearly equal classes": {
    fn: (x) => categoricalEntropy(x!),
    shape: [3, 2],
    at: [[0, -inf, 2 ** -10, 0, 1e4, -1e4]],
    are: {
      value: [0, 0.69314706135067, 0],
      x: [0, 0, -0.00024414056679234833, 0.00024414056679234833, 0, 0],
    },
  },
  "fgmmVae, a factor that takes part for sure": {
    fn: (x, y) =>
      fgmmVae([[0]], [[0]], [0], [0], [[0]], [[0]], [[[0]]], [[[0]]], [[0]], x!.reshape([1, 1]), y!, { epsilon: 0 }),
    at: [[0], [0]],
    are: { value: [0.9189385332046727], x: [-1], y: [-1], yy: [0] },
  },
  "the divergence of normal distributions": {
    fn: (x, y, z) =>
      normalDivergence({ mean: z!.expandDims(1), variance: x!.expandDims(1) }, { mean: 0, variance: y!.expandDims(1) }),
    at: [0, 1, 2].map((column) => divergences.map((row) => row[column]!)),
    are: Object.fromEntries(
      ["value", "x", "y", "z"].map((name, index) => [name, divergences.map((row) => row[3 + index]!)]),
    ),
  },
  "the divergence of normal distributions, second derivatives": {
    fn: (x, y) => normalDivergence({ mean: 0, variance: x!.expandDims(1) }, { mean: 0, variance: y!.expandDims(1) }),
    at: [
      [1, 1.0009765625, 4],
      [1, 1, 2],
    ],
    are: {
      value: [0, 2.3826347227055202e-7, 0.15342640972002736],
      xx: [0.5, 0.49902486615110053, 0.03125],
      xy: [-0.5, -0.5, -0.125],
      yx: [-0.5, -0.5, -0.125],
      yy: [0.5, 0.5009765625, 0.375],
    },
  },
  "the divergence of a variance without end, and of ratios out of range": {
    fn: (x, y) => normalDivergence({ mean: 0, variance: x!.expandDims(1) }, { mean: 0, variance: y!.expandDims(1) }),
    at: [
      [inf, 2 ** 100, 2 ** -120],
      [1, 2 ** -100, 2 ** 120],
    ],
    are: { value: [inf, 8.034690221294951e59, 82.67766166719343] },
  },
  "the density of normal distributions, far away and narrow": {
    fn: (x, y) => normalLogProbability(x!.expandDims(1), { mean: 0, variance: y!.expandDims(1) }),
    at: [
      [2 ** 80, 2 ** -60],
      [2 ** 120, 2 ** -120],
    ],
    are: { value: [-549755813930.5078, 40.16989230039205], x: [-(2 ** -40), -(2 ** 60)] },
  },
  "vaeGmm of a single cluster that is the posterior": {
    fn: (x, y) => vaeGmm([[0]], [[0]], [[0]], x!.reshape([1, 1]), [[0]], y!.reshape([1, 1]), [0]).loss,
    at: [[80], [80]],
    are: { value: [0], x: [0], y: [0], xx: [0.5], yy: [0.5] },
  },
};

const letters = ["x", "y", "z", "w"];

/** Differentiates by each letter in turn the sum of the previous result. */
function derivativeOf(fn: Limit["fn"], name: string): Limit["fn"] {
  const order = name === "value" ? "" : name;
  return order.split("").reduce<Limit["fn"]>(
    (derived, letter) =>
      (...inputs) =>
        grad((...tensors: Tensor[]) => sum(derived(...tensors)), { wrt: letters.indexOf(letter) })(...inputs),
    fn,
  );
}

/** Both simplified, as a user's graph is, and as written: identities must not change a limit. */
async function expectLimit(engine: Engine, what: string, limit: Limit, dtype: NDArray["dtype"]): Promise<void> {
  const { fn, at, shape, are } = limit;
  const arrays = at.map((values) => arrayOf(values, shape ?? [values.length], dtype));
  const names = Object.keys(are);
  for (const simplify of [true, false]) {
    const got = await compute(engine, (...inputs) => names.map((name) => derivativeOf(fn, name)(...inputs)), arrays, {
      simplify,
    });
    for (const [index, name] of names.entries()) {
      const title = `${what}, ${name}${simplify ? "" : ", not simplified"}`;
      expectArray(title, got[index]!, expectedOf(engine, are[name]!, got[index]!, dtype));
    }
  }
}

/** Each element must be within the relative tolerance, or may be zero below the normal numbers. */
function expectedOf(engine: Engine, values: readonly number[], { shape }: NDArray, dtype: NDArray["dtype"]): Expected {
  const { relative } = toleranceOf(engine.traits.precision, dtype);
  const wanted = productOf(shape) === values.length ? shape : [values.length];
  const allowed = (index: number) => relative * Math.abs(values[index]!) + smallestNormal;
  return { shape: wanted, dtype, values, allowed };
}

const smallestNormal = 2 ** -126;

/** Losses that are 0, whose formula could also give -0. */
const zeros: Readonly<Record<string, () => Tensor>> = {
  huber: () => huber([1, -2], [1, -2]),
  squaredDifferences: () => squaredDifferences([1], [1]),
  hingeLoss: () => hingeLoss([5, -5, 1], [1, -1, 1]),
  softmaxCrossentropyLogits: () => softmaxCrossentropyLogits([[0, 1]], [[-1e4, 0]]),
  sparseSoftmaxCrossentropyLogits: () => sparseSoftmaxCrossentropyLogits([0], [[1e4, 0]]),
  sparseSigmoidCrossentropyLogits: () => sparseSigmoidCrossentropyLogits([1, 0], [1e4, -1e4]),
  categoricalEntropy: () =>
    categoricalEntropy([
      [0, -Infinity],
      [5, -1e4],
    ]),
  normalDivergence: () => normalDivergence({ mean: [0], variance: [2] }, { mean: [0], variance: [2] }),
  vaeGmm: () => vaeGmm([[0]], [[0]], [[1]], [[0.5]], [[1]], [[0.5]], [0]).loss,
  reduce: () => reduce([0, 0], { weights: [1, 2] }),
};

async function expectZeros(engine: Engine): Promise<void> {
  for (const [name, loss] of Object.entries(zeros)) {
    const [got] = await compute(engine, loss, [], { simplify: true });
    expectThat(
      got!.data.every((value) => Object.is(value, 0)),
      `${name}: the loss must be 0, got ${[...got!.data].map((value) => (Object.is(value, -0) ? "-0" : value)).join(", ")}.`,
    );
  }
}

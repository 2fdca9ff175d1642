import { cpu } from "@symloss/engine-cpu";
import { describe, expect, test } from "vitest";
import { asTensor, evaluate, grad, lgamma, sum, type Tensor } from "../index.ts";
import { digamma, logGamma } from "./gamma-function.ts";
import { loweredDigamma, loweredLogGamma } from "./gamma-lowered.ts";

/** lgamma and its derivatives, from 40-digit arithmetic (mpmath 1.3). */
const known: readonly (readonly [x: number, value: number, ...derivatives: number[]])[] = [
  [
    1e-30, 69.07755278982137, -9.999999999999999e29, 9.999999999999998e59, -1.9999999999999995e90,
    5.999999999999998e120,
  ],
  [0.001, 6.907178885383853, -1000.5755719318103, 1000001.6425331958, -2000000002.3976321, 6000000000006.469],
  [0.25, 1.2880225246980774, -4.2274535333762655, 17.19732915450711, -129.32773993753693, 1538.7821440091884],
  [0.5, 0.5723649429247001, -1.9635100260214235, 4.934802200544679, -16.82879664423432, 97.40909103400244],
  [0.75, 0.20328095143129538, -1.0858608797864722, 2.5418796476716063, -5.3026332163376395, 19.7633125348506],
  [1.25, -0.09827183642181316, -0.22745353337626542, 1.1973291545071107, -1.3277399375369203, 2.782144009188396],
  [1.5, -0.12078223763524522, 0.03648997397857652, 0.9348022005446793, -0.82879664423432, 1.4090910340024372],
  [1.75, -0.08440112102048555, 0.24747245354686118, 0.7641018698938287, -0.5618924755968989, 0.8003495718876368],
  [2.5, 0.2846828704729192, 0.7031566406452432, 0.49035775610023485, -0.2362040516417274, 0.22390584881725206],
  [3, 0.6931471805599453, 0.9227843350984671, 0.39493406684822646, -0.15411380631918858, 0.11893940226682916],
  [3.5, 1.2009736023470743, 1.103156640645243, 0.3303577561002349, -0.1082040516417274, 0.07030584881725205],
  [4.75, 2.8085714185757364, 1.4492040552784629, 0.23422874157914197, -0.05462041258997334, 0.02536452000465377],
  [6.5, 5.662562059857142, 1.792911330399933, 0.16628453574995825, -0.0275879107068768, 0.00913366350437814],
  [7.5, 7.534364236758733, 1.9467574842460869, 0.1426158966967038, -0.020305252536644666, 0.005772436656578694],
  [7.9999, 8.524959797583307, 2.015628164165642, 0.1331387846744475, -0.01770003912909151, 0.004699426680407826],
  [8, 8.525161361065415, 2.01564147795561, 0.1331370146940314, -0.017699569195767775, 0.004699239795945104],
  [9.5, 11.689333420797269, 2.1977378764029494, 0.11099728846909904, -0.012307845807709338, 0.0027267288350372493],
  [12, 17.502307845873887, 2.442661679975812, 0.08690187287176838, -0.007547205368998912, 0.001310093231070826],
  [100, 359.1342053695754, 4.600161852738087, 0.010050166663333571, -0.00010100499983335, 2.030199990001333e-6],
  [10000.0, 82099.71749644238, 9.210290371142849, 0.00010000500016666666, -1.000100005e-8, 2.00030002e-12],
  [10000000000.0, 220258509288.81058, 23.025850929890456, 1.00000000005e-10, -1.0000000001e-20, 2.0000000003e-30],
  [-0.25, 1.589575312551186, 2.9141391202135276, 18.541879647671607, 122.69736678366236, 1555.7633125348507],
  [-0.5, 1.2655121234846454, 0.03648997397857652, 8.934802200544679, -0.82879664423432, 193.40909103400244],
  [-0.75, 1.5757045971498584, -2.894120200042932, 18.975106932284888, -124.58699919679619, 1557.7451069721515],
  [-1.5, 0.860047015376481, 0.7031566406452432, 9.379246644989124, -0.2362040516417274, 194.59427621918763],
  [-2.25, 0.5555015450206475, 4.158583564657972, 19.37941051186914, 123.89694977406016, 1558.4550231887144],
  [-3.5, -1.309006684993042, 1.388870926359529, 9.620879298050347, -0.061556821321027695, 194.7878595594625],
  [-7.125, -6.672873899712579, 9.616622429594496, 67.26291371998705, 1022.2772644358678, 24590.997851396616],
  [-20.75, -43.12325855250223, -0.08514352173418716, 19.6921586563725, -124.02732002961224, 1558.5452483477538],
];

/** The logarithm near its zeros, where few digits of x are left. */
const nearZeros: readonly (readonly [x: number, value: number])[] = [
  [0.9999990463256836, 5.504765026737053e-7],
  [1.0000009536743164, -5.504750066148867e-7],
  [0.9990234375, 0.0005644719118551234],
  [1.0009765625, -0.0005629031799912047],
  [1.9999990463256836, -4.0319826848018475e-7],
  [2.0000009536743164, 4.0319885504430156e-7],
  [1.9990234375, -0.0004125677359714894],
  [1.0625, -0.03295710029357782],
  [1.9375, -0.02514761940298887],
];

const engine = await cpu();
const inFloat64 = async (fn: (x: Tensor) => Tensor, xs: readonly number[]) => [
  ...(await evaluate(fn(asTensor(Float64Array.from(xs))), { engine })).data,
];
const stepByStep = await cpu({ mode: "interpreter" });
const inFloat32 = async (fn: (x: Tensor) => Tensor, xs: readonly number[]) => [
  ...(await evaluate(fn(asTensor(Float32Array.from(xs))), { engine: stepByStep })).data,
];

/** The derivative of this order, of each element. */
function derivative(order: number): (x: Tensor) => Tensor {
  if (order === 0) return (x) => lgamma(x);
  return (x) => grad((y: Tensor) => sum(derivative(order - 1)(y)))(x);
}

/** The error of a result, in units of epsilon times the size of what is true and of what stands beside it. */
function unitsOff(got: number, want: number, epsilon: number, beside = 0): number {
  return Math.abs(got - want) / (epsilon * (Math.abs(want) + beside));
}

const [wide, single] = [Number.EPSILON, 2 ** -23];

describe("of a number", () => {
  test.each(known)("lgamma and digamma of %d", (x, value, slope) => {
    expect(unitsOff(logGamma(x), value, wide, x < 0 ? 1 : 0)).toBeLessThanOrEqual(6);
    expect(unitsOff(digamma(x), slope!, wide, 1)).toBeLessThanOrEqual(6);
  });

  test.each(nearZeros)("lgamma of %d, near a zero", (x, value) =>
    expect(unitsOff(logGamma(x), value, wide)).toBeLessThanOrEqual(6),
  );

  test.each([
    [1, 0],
    [2, 0],
    [0, Infinity],
    [-0, Infinity],
    [-1, Infinity],
    [-(2 ** 60), Infinity],
    [Infinity, Infinity],
    [-Infinity, Infinity],
    [NaN, NaN],
  ])("lgamma of %d is %d", (x, value) => expect(logGamma(x)).toBe(value));

  test.each([
    [0, -Infinity],
    [-0, Infinity],
    [-1, NaN],
    [-(2 ** 60), NaN],
    [Infinity, Infinity],
    [-Infinity, NaN],
    [NaN, NaN],
  ])("digamma of %d is %d", (x, value) => expect(digamma(x)).toBe(value));
});

describe("written with other operations", () => {
  const xs = [...known, ...nearZeros].map(([x]) => x);
  const poles = [0, -0, -1, -2, -1e4, -1e20, Infinity, -Infinity, NaN];

  test("lgamma and digamma of float64 are as of numbers", async () => {
    for (const [lowered, exact] of [
      [loweredLogGamma, logGamma],
      [loweredDigamma, digamma],
    ] as const) {
      const got = await inFloat64(lowered, xs);
      for (const [index, x] of xs.entries()) {
        const nearZero = exact === logGamma && index >= known.length;
        expect(unitsOff(got[index]!, exact(x), wide, nearZero ? 0 : 1)).toBeLessThanOrEqual(16);
      }
      expect(await inFloat64(lowered, poles)).toEqual(poles.map(exact));
    }
  });

  test("lgamma and digamma of float32, step by step, are within a few units", async () => {
    for (const [lowered, exact] of [
      [loweredLogGamma, logGamma],
      [loweredDigamma, digamma],
    ] as const) {
      const got = await inFloat32(lowered, xs);
      for (const [index, x] of xs.entries()) {
        const nearZero = exact === logGamma && index >= known.length;
        expect(unitsOff(got[index]!, exact(Math.fround(x)), single, nearZero ? 0 : 1)).toBeLessThanOrEqual(4);
      }
      expect(await inFloat32(lowered, poles)).toEqual(poles.map(exact));
    }
  });
});

describe("derivatives of lgamma", () => {
  // Between poles a derivative has zeros, where mirroring leaves no digits; digamma has one at 1.46 too.
  const besideOf = (x: number, order: number) => (x < 0 ? 1e3 : order === 1 ? 1 : 0);
  const inSingle = known.filter(([x]) => Math.fround(x) === x);

  test.each([1, 2, 3, 4])("of order %d", async (order) => {
    for (const [points, compute, epsilon, limit] of [
      [known, inFloat64, wide, 64],
      [inSingle, inFloat32, single, 8],
    ] as const) {
      const xs = points.map(([x]) => x);
      const got = await compute(derivative(order), xs);
      for (const [index, [x, , ...derivatives]] of points.entries()) {
        const error = unitsOff(got[index]!, derivatives[order - 1]!, epsilon, besideOf(x, order));
        expect(error, `at ${x}`).toBeLessThanOrEqual(limit);
      }
    }
  });

  test("at the poles: of even order Infinity, of odd order NaN, but at 0 an infinity with a sign", async () => {
    expect(await inFloat64(derivative(2), [0, -0, -1, -2, Infinity, NaN])).toEqual([
      Infinity,
      Infinity,
      Infinity,
      Infinity,
      0,
      NaN,
    ]);
    expect(await inFloat64(derivative(3), [0, -0, -1, Infinity])).toEqual([-Infinity, Infinity, NaN, -0]);
  });
});

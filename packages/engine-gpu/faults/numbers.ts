/// <reference lib="dom" />
/** Where does an engine keep digits that a shader's own functions, or rounding, would lose? */
import {
  type NDArray,
  type Tensor,
  compile,
  expm1,
  grad,
  log,
  log1p,
  logSoftmax,
  logSumExp,
  mul,
  pow,
  sign,
  softmax,
  softplus,
  sub,
  sum,
  tanh,
} from "@symloss/core";
import { binaryScalar, unaryOperations, unaryScalar } from "@symloss/core/engine";
import { sigmoidCrossentropyLogits, softmaxCrossentropyLogits, sparseSoftmaxCrossentropyLogits } from "@symloss/losses";
import { type FaultCases, withEngine } from "./case.ts";
import { expectThat } from "./expect.ts";

export const numbersFaults: FaultCases = {
  "powers of negative numbers, tails and small arguments are right": (setup) =>
    withEngine(setup, async (engine) => {
      const run = compile(
        (x, y, z) => [pow(x!, y!), tanh(mul(x!, 50)), expm1(mul(x!, 1e-6)), log1p(mul(x!, 1e-6)), log(z!)],
        { engine },
      );
      const x = [-2, -3, 2, -1, 3];
      const z = Float32Array.of(0.99998, 0.9999, 1.00001, 0.71, 1.3);
      const [powers, tails, small, logs, nearOne] = await run(x, [3, 2, -2, 5, 0.5], z);
      const close = (got: NDArray, want: readonly number[]) => {
        for (const [index, value] of want.entries()) {
          expectThat(
            Math.abs(got.data[index]! - value) <= 2e-6 * Math.abs(value),
            `${value} is expected, got ${got.data[index]}`,
          );
        }
      };
      close(powers!, [-8, 9, 0.25, -1, Math.sqrt(3)]);
      close(tails!, [-1, -1, 1, -1, 1]);
      close(
        small!,
        x.map((value) => Math.expm1(Math.fround(value * Math.fround(1e-6)))),
      );
      close(
        logs!,
        x.map((value) => Math.log1p(Math.fround(value * Math.fround(1e-6)))),
      );
      close(nearOne!, [...z].map(Math.log));
    }),

  "logarithms of negative numbers are NaN": (setup) =>
    withEngine(setup, async (engine) => {
      const logs = compile((x) => [log(x!), log1p(sub(x!, 1))], { engine });
      for (const { data } of await logs([-2, -1, -0.75, -1e-3, -1e38, 1])) {
        expectThat(
          data.slice(0, 5).every((value) => Number.isNaN(value)) && data[5] === 0,
          `NaN five times and 0 are expected, got ${data.join(", ")}`,
        );
      }
    }),

  "functions are right from end to end": (setup) =>
    withEngine(setup, async (engine) => {
      const x = float32Grid();
      const functions = unaryOperations.filter((operation) => operation !== "logicalNot");
      const all = (t: Tensor): Tensor[] => functions.map((operation) => t[operation]());
      const results = await compile((t) => all(t!), { engine })(x);
      for (const [index, operation] of functions.entries()) {
        const want = [...x].map((value) => Math.fround(unaryScalar[operation](value)));
        expectClose(results[index]!.data, want, (at) => `${operation}(${x[at]})`, 2e-5);
      }
    }),

  "powers are finite where they are": (setup) =>
    withEngine(setup, async (engine) => {
      const bases = [1.2e-38, 1e-30, 1e-19, 1e-10, 1e-3, 0.5, 0.999, 1, 1.001, 2, 7.5, 1e3, 1e10, 1e19, 1e30, 3e38];
      const exponents = [0, 0.5, 1, 2, 3, 4, 5, 7, 12, 20, 31, 63, 64, 65, 101, 1e-5, 0.33333, 2.5, 12.3];
      const pairs = [0, -0, ...bases, ...bases.map((base) => -base)].flatMap((base) =>
        [...exponents, ...exponents.map((exponent) => -exponent)].map((exponent) => [base, exponent] as const),
      );
      const [x, y] = [0, 1].map((side) => Float32Array.from(pairs, (pair) => pair[side]!)) as [
        Float32Array,
        Float32Array,
      ];
      const { data } = await compile((t, u) => pow(t!, u!), { engine })(x, y);
      const want = [...x].map((base, index) => Math.fround(binaryScalar.pow(base, y[index]!)));
      expectClose(data, want, (at) => `${x[at]}^${y[at]}`, 5e-5);
    }),

  "the sign of a subnormal number is its own, or 0": (setup) =>
    withEngine(setup, async (engine) => {
      const x = Float32Array.of(1e-45, 1e-40, 1.1e-38, 1.2e-38, 0);
      const { data: positive } = await compile((t) => sign(t!), { engine })(x);
      const { data: negative } = await compile((t) => sign(t!), { engine })(x.map((value) => -value));
      for (const [index, value] of x.entries()) {
        const allowed = value === 0 ? [0] : value > 1.18e-38 ? [1] : [0, 1];
        const got = [positive[index]!, -negative[index]!];
        expectThat(
          got.every((one) => allowed.includes(one)),
          `sign(${value}) is expected, got ${got.join(" and ")}`,
        );
      }
    }),

  "sure answers keep their digits, values and gradients": (setup) =>
    withEngine(setup, async (engine) => {
      for (const gap of [1, 5, 10, 12, 17, 30, 60, 80]) {
        const single = compile((x) => sparseSoftmaxCrossentropyLogits([0], x!), { engine });
        const want = Math.log1p(Math.exp(-gap));
        expectClose((await single([[gap, 0]])).data, [want], () => `the loss at a gap of ${gap}`, 2e-5);
        // The other logits do not matter to the largest, in whatever row.
        const rows = [
          [gap, 0, -1e4],
          [-gap, 0, -1e4],
        ];
        const rest = 1 / (1 + Math.exp(gap));
        const [p, q] = [rest, Math.exp(-gap) / (1 + Math.exp(-gap))];
        const expected: Readonly<Record<string, readonly [(x: Tensor) => Tensor, readonly number[]]>> = {
          sparse: [(x) => sparseSoftmaxCrossentropyLogits([0, 1], x), [-p, q, 0, q, -p, 0]],
          dense: [
            (x) =>
              softmaxCrossentropyLogits(
                [
                  [1, 0, 0],
                  [0, 1, 0],
                ],
                x,
              ),
            [-p, q, 0, q, -p, 0],
          ],
          logSoftmax: [
            (x) =>
              logSoftmax(x).mul([
                [1, 0, 0],
                [0, 1, 0],
              ]),
            [p, -q, 0, -q, p, 0],
          ],
          softmax: [
            (x) =>
              softmax(x).mul([
                [1, 0, 0],
                [0, 3, 0],
              ]),
            [p * (1 - p), -p * (1 - p), 0, -3 * p * (1 - p), 3 * p * (1 - p), 0],
          ],
          expectation: [
            (x) => softmax(x).mul([[5, 2, 1]]),
            [3 * p * (1 - p), -3 * p * (1 - p), 0, 3 * p * (1 - p), -3 * p * (1 - p), 0],
          ],
          logSumExp: [(x) => logSumExp(x, 1), [1 - p, p, 0, p, 1 - p, 0]],
          yes: [(x) => sigmoidCrossentropyLogits(1, x.slice([0, 0], [2, 1])), [-p, 0, 0, -(1 - p), 0, 0]],
        };
        for (const [name, [fn, gradient]] of Object.entries(expected)) {
          const slope = compile((x) => grad((t: Tensor) => sum(fn(t)))(x!), { engine });
          expectClose(
            (await slope(rows)).data,
            gradient,
            (at) => `the gradient ${at} of ${name} at a gap of ${gap}`,
            5e-5,
          );
        }
        const off = compile(
          (x) => [
            softmax(x!).sub([
              [1, 0, 0],
              [0, 1, 0],
            ]),
            sub(1, softmax(x!)),
          ],
          { engine },
        );
        const [differences, complements] = await off(rows);
        expectClose(differences!.data, [-p, p, 0, p, -p, 0], (at) => `softmax - label ${at} at a gap of ${gap}`, 5e-5);
        expectClose(
          complements!.data,
          [p, 1 - p, 1, 1 - p, p, 1],
          (at) => `1 - softmax ${at} at a gap of ${gap}`,
          5e-5,
        );
        const byHand = compile(
          (x) => [
            logSumExp(x!, 1).sub(x!.slice([0, 0], [2, 1]).reshape([2])),
            x!.sub(logSumExp(x!, { axis: 1, keepAxes: true })).slice([0, 0], [2, 2]),
            softplus(x!).sub(x!).slice([0, 0], [2, 1]),
          ],
          { engine },
        );
        const [losses, logarithms, odds] = await byHand(rows);
        expectClose(losses!.data, [want, gap + want], (at) => `loss ${at} by hand at a gap of ${gap}`, 5e-5);
        const logs = [-want, -gap - want, -gap - want, -want];
        expectClose(logarithms!.data, logs, (at) => `logarithm ${at} by hand at a gap of ${gap}`, 5e-5);
        expectClose(odds!.data, [want, gap + want], (at) => `softplus(x) - x ${at} at a gap of ${gap}`, 5e-5);
        const steep = compile((x) => grad((t: Tensor) => sum(tanh(t)))(x!), { engine });
        const tail = (4 * Math.exp(-2 * gap)) / (1 + Math.exp(-2 * gap)) ** 2;
        expectClose((await steep([gap, -gap])).data, [tail, tail], () => `the slope of tanh at ${gap}`, 5e-5);
      }
      // Several largest are exact as well.
      const ties = compile((x) => [logSoftmax(x!), logSumExp(x!, 1), softmax(x!)], { engine });
      const [logs, sums, shares] = await ties([[3, 3, 3, 3]]);
      expectClose(
        logs!.data,
        [1, 1, 1, 1].map(() => -Math.log(4)),
        () => "a tie of logSoftmax",
        1e-6,
      );
      expectClose(sums!.data, [3 + Math.log(4)], () => "a tie of logSumExp", 1e-6);
      expectClose(shares!.data, [0.25, 0.25, 0.25, 0.25], () => "a tie of softmax", 1e-6);
    }),
};

/** Of every exponent, and densely where functions turn. */
function float32Grid(): Float32Array {
  const values: number[] = [0, 1, -1];
  for (let exponent = -126; exponent <= 127; exponent++) {
    for (const mantissa of [1, 1.37, 1.9999999]) values.push(mantissa * 2 ** exponent, -mantissa * 2 ** exponent);
  }
  for (let step = -1000; step <= 1000; step++) values.push(step / 8.7, step / 200, 1 + step / 10_000, step / 1e5);
  return Float32Array.from(values);
}

/** To a relative error; what is subnormal may be 0. */
function expectClose(
  got: ArrayLike<number>,
  want: readonly number[],
  where: (index: number) => string,
  relative: number,
): void {
  for (const [index, value] of want.entries()) {
    const floor = 2 ** -126;
    const close =
      Object.is(got[index], value) ||
      got[index] === value ||
      Math.abs(got[index]! - value) <= Math.max(relative * Math.abs(value), Number.isFinite(value) ? floor : 0);
    expectThat(close, `${value} is expected of ${where(index)}, got ${got[index]}`);
  }
}

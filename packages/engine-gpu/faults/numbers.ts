/// <reference lib="dom" />
/** Where does an engine keep digits that a shader's own functions, or rounding, would lose? */
import { type NDArray, type Tensor, compile, expm1, log, log1p, mul, pow, sign, sub, tanh } from "@symloss/core";
import { binaryScalar, unaryOperations, unaryScalar } from "@symloss/core/engine";
import { type FaultCases, withEngine } from "./case.ts";
import { expectClose, expectThat } from "./expect.ts";
import { expectSureAnswers, expectTies } from "./sure-answers.ts";

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
        // These are 0 at numbers that are no float32, and there the difference of two large ones.
        const floor = operation === "lgamma" || operation === "digamma" ? 2 ** -20 : undefined;
        expectClose(results[index]!.data, want, (at) => `${operation}(${x[at]})`, 2e-5, floor);
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
      for (const gap of [1, 5, 10, 12, 17, 30, 60, 80]) await expectSureAnswers(engine, gap);
      await expectTies(engine);
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

import { type Tensor, compile, grad, ndarray } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { expect, test } from "vitest";
import { logRatioExcess, ratioExcess } from "./excess.ts";

const interpreter = await cpu({ mode: "interpreter" });

/** x - log(1 + x), by a series where it cancels. */
function excessOf(x: number): number {
  if (Math.abs(x) > 0.3) return x - Math.log1p(x);
  let sum = 0;
  for (let power = 60; power >= 2; power--) sum = sum * -x + 1 / power;
  return sum * x * x;
}

/** exp(x) - 1 - x, likewise. */
function logExcessOf(x: number): number {
  if (Math.abs(x) > 0.5) return Math.expm1(x) - x;
  let sum = 0;
  for (let power = 25; power >= 2; power--) sum = (sum * x + 1) / power;
  return sum * x * x;
}

/** From near 1 to far from it, on both sides. */
const increases = [-20, -16, -12, -8, -6, -5, -4, -3.99, -3, -2, -1, -0.5, 0, 3, 20].flatMap((exponent) => [
  2 ** exponent,
  ...(exponent < 0 ? [-(2 ** exponent)] : []),
]);

async function run(
  dtype: "float32" | "float64",
  fn: (...args: Tensor[]) => Tensor[],
  ...args: (readonly number[])[]
): Promise<number[][]> {
  const compiled = compile(fn, { engine: interpreter });
  return (await compiled(...args.map((values) => ndarray(Float64Array.from(values), undefined, dtype)))).map(
    ({ data }) => [...data],
  );
}

const digits = { float32: 4e-6, float64: 2e-14 } as const;

test.each(["float32", "float64"] as const)(
  "the excess of a ratio has its digits, step by step in %s",
  async (dtype) => {
    const round = dtype === "float32" ? Math.fround : (value: number) => value;
    for (const scale of [1, 2 ** -90, 2 ** 90]) {
      const to = increases.map(() => scale);
      const from = increases.map((increase) => round(scale * (1 + increase)));
      const [value, byFrom, byTo] = await run(
        dtype,
        (x, y) => [
          ratioExcess(x!, y!),
          ...grad((a: Tensor, b: Tensor) => ratioExcess(a, b).sum(), { wrt: [0, 1] })(x!, y!),
        ],
        from,
        to,
      );
      for (const [index, above] of from.entries()) {
        const increase = (above - scale) / scale;
        near(value![index]!, excessOf(increase), digits[dtype]);
        near(byFrom![index]!, increase / (1 + increase) / scale, digits[dtype]);
        near(byTo![index]!, -increase / scale, digits[dtype]);
      }
    }
  },
);

test.each(["float32", "float64"] as const)(
  "the excess of a log ratio has its digits, step by step in %s",
  async (dtype) => {
    const at = [...increases, -80, -5, 5, 80].map(dtype === "float32" ? Math.fround : Number);
    const [value, slope] = await run(
      dtype,
      (x) => [logRatioExcess(x!), grad((y: Tensor) => logRatioExcess(y).sum())(x!)],
      at,
    );
    for (const [index, x] of at.entries()) {
      if (Math.abs(x) < 2 ** 8) near(value![index]!, logExcessOf(x), digits[dtype] * Math.max(1, x));
      if (Math.abs(x) < 2 ** 8) near(slope![index]!, Math.expm1(x), digits[dtype] * Math.max(1, x));
    }
  },
);

function near(got: number, want: number, tolerance: number): void {
  expect(Math.abs(got - want), `${got} for ${want}`).toBeLessThanOrEqual(tolerance * Math.abs(want));
}

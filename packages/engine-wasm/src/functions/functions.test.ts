/** How far are the functions of float32 from the truth? `npm run test:sweep` tries every float32. */
import { describe, expect, test } from "vitest";
import { applier, arithmetics, capacity, errorInUlps, unary } from "../../test/apply.ts";
import { exp, expNonPositive } from "./exp.ts";
import { log } from "./log.ts";

const everything = process.env["MODE"] === "sweep";

/** Without a sweep, every float32 whose bits are a multiple of this prime. */
const stride = everything ? 1 : 2039;

interface Case {
  readonly write: Parameters<typeof unary>[0];
  readonly truth: (x: number) => number;
  /** How many units of the last place the result may be away. */
  readonly limit: number;
  /** Where the formula changes. */
  readonly borders: readonly number[];
  /** For which numbers the function is made; NaN always is. */
  readonly takes?: (x: number) => boolean;
}

const cases: Readonly<Record<string, Case>> = {
  exp: { write: exp, truth: Math.exp, limit: 1.3, borders: [-104, -103.28, -87.34, 0, 88.38, 88.72284, 89] },
  expNonPositive: {
    write: expNonPositive,
    truth: Math.exp,
    limit: 1.3,
    borders: [-104, -103.28, -87.34, -0],
    takes: (x) => x <= 0,
  },
  log: { write: log, truth: Math.log, limit: 1, borders: [Math.SQRT1_2, 1, Math.SQRT2, 2 ** -126] },
};

const blockLength = capacity / Float32Array.BYTES_PER_ELEMENT;

interface Worst {
  error: number;
  x: number;
  value: number;
}

/** Blocks of what the function is tested with; the next overwrites the last. */
function* samples({ borders, takes = () => true }: Case): Generator<Float32Array> {
  const block = new Float32Array(blockLength);
  const bits = new Uint32Array(block.buffer);
  let length = 0;
  for (const sample of bitsOfSamples(borders)) {
    bits[length] = sample;
    if (!takes(block[length]!) && !Number.isNaN(block[length]!)) continue;
    length++;
    if (length < block.length) continue;
    yield block;
    length = 0;
  }
  // What is left over from the last block is computed twice.
  if (length > 0) yield block;
}

function* bitsOfSamples(borders: readonly number[]): Generator<number> {
  for (let bits = 0; bits < 2 ** 32; bits += stride) yield bits;
  const centers = [...new Uint32Array(Float32Array.from(borders).buffer)];
  for (const center of centers) for (let near = -1000; near <= 1000; near++) yield center + near;
  // Powers of two, zeros, infinities, and the NaN next to them.
  for (let exponent = 0; exponent < 512; exponent++)
    for (let near = -20; near <= 20; near++) yield exponent * 2 ** 23 + near;
  yield* [0x7fc00000, 0x7fc00001, 0x7fffffff, 0xffc00000, 0xffffffff];
}

function worstOf(tested: Case): readonly { readonly name: string; readonly worst: Worst }[] {
  const runs = arithmetics.map(([name, arithmetic]) => ({
    name,
    apply: applier(unary(tested.write), arithmetic),
    worst: { error: 0, x: NaN, value: NaN },
  }));
  const truths = new Float64Array(blockLength);
  for (const xs of samples(tested)) {
    for (let index = 0; index < xs.length; index++) truths[index] = tested.truth(xs[index]!);
    for (const { apply, worst } of runs) compare(xs, apply(xs), truths, worst);
  }
  return runs;
}

function compare(xs: Float32Array, values: Float32Array, truths: Float64Array, worst: Worst): void {
  for (let index = 0; index < xs.length; index++) {
    const error = errorInUlps(values[index]!, truths[index]!);
    if (error > worst.error) Object.assign(worst, { error, x: xs[index]!, value: values[index]! });
  }
}

describe("every float32 is near the truth", () => {
  test.each(Object.entries(cases))("%s", { timeout: everything ? 3_600_000 : 60_000 }, (_, tested) => {
    const runs = worstOf(tested);
    if (everything) console.log(runs.map(({ name, worst }) => ({ name, ...worst })));
    for (const { name, worst } of runs) {
      const { error, x, value } = worst;
      expect(error, `${name}: ${value} for ${x}, where ${tested.truth(x)} is true`).toBeLessThanOrEqual(tested.limit);
    }
  });
});

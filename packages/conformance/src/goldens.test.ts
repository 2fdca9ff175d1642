/** Are the golden files what was packed, small, complete, and consistent with themselves? */
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { type Tensor, grad, sum } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { losses } from "@symloss/losses";
import { describe, expect, test } from "vitest";
import { digestOf, packArray, packCases, packIndex } from "../../../scripts/pack-goldens.mjs";
import { compute } from "./compute.ts";
import { sample } from "./data.ts";
import { type GoldenCall, goldenCall, testsInPlaceOfGoldens } from "./golden-cases.ts";
import { goldenCasesOf, goldenIndex } from "./goldens.ts";
import { derivativeAlong, dot, moved, weightedOutput } from "./oracle/differentiate.ts";
import { traceOf } from "./oracle/predict.ts";
import { goldensTestedElsewhere, readyCasesOf } from "./subject.ts";
import { type GoldenCase, unpackArray } from "./unpack.ts";

const folder = new URL("../goldens/", import.meta.url);
const names = readdirSync(new URL("packed/", folder)).map((file) => file.replace(/\.json$/, ""));

describe("the packed files", () => {
  test.each(names)("%s unpacks to what was packed", async (name) => {
    const text = readFileSync(new URL(`packed/${name}.json`, folder), "utf8");
    const { function: of, digest } = JSON.parse(text) as { readonly function: string; readonly digest: string };
    const cases = await goldenCasesOf(name);
    expect(of).toBe(name);
    // The digest was made of the cases before they were packed.
    expect(digestOf(cases)).toBe(digest);
    expect(packCases(name, cases)).toBe(text);
  });

  test("the index is that of the files", async () => {
    const all: Record<string, readonly GoldenCase[]> = {};
    for (const name of names) all[name] = await goldenCasesOf(name);
    expect(packIndex(all)).toBe(readFileSync(new URL("index.json", folder), "utf8"));
  });

  test("each case of a function has its own name", async () => {
    for (const name of names) expect((await goldenCasesOf(name)).map((one) => one.name)).toEqual(casesIn(name));
  });

  test("all of them take less than 1.5 MB of the published package", () => {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const bytes = files.map(({ parentPath, name }) => statSync(`${parentPath}/${name}`).size);
    expect(bytes.reduce((left, right) => left + right)).toBeLessThan(1.5e6);
  });
});

describe("an array is packed and unpacked", () => {
  test.each([
    ["float32", [Math.fround(0.1), -0, 2 ** -149, 3.4028234663852886e38, Math.fround(1 / 3)]],
    ["float64", [0.1, 1 / 3, Number.MIN_VALUE, -0, Number.MAX_VALUE]],
    ["float64", [NaN, Infinity, -Infinity]],
    ["int32", [0, -100, 2147483647]],
    ["bool", [0, 1, 1]],
    ["float32", []],
  ] as const)("%s %j", (dtype, data) => {
    const array = { dtype, shape: [data.length], data: Float64Array.from(data) };
    expect(unpackArray(packArray(array))).toEqual(array);
  });

  test("of every length in bytes", () => {
    for (let length = 0; length < 9; length++) {
      const array = {
        dtype: "float64",
        shape: [length],
        data: Float64Array.from(sample(length, 1), Math.exp),
      } as const;
      expect(unpackArray(packArray(array))).toEqual(array);
    }
  });

  test("as the numbers that JSON lacks, and refused if it is not exact", () => {
    expect(packArray({ dtype: "float64", shape: [3], data: ["inf", "-inf", "nan"] })).toBe("f64[3] inf -inf nan");
    expect(() => packArray({ dtype: "float32", shape: [1], data: [0.1] })).toThrow("exact in float32, got 0.1");
    expect(() => unpackArray("f16[1] 1")).toThrow("must begin with its type, got f16[1] 1");
  });
});

test("a function without golden cases has a test in their place", () => {
  for (const [name, path] of Object.entries(testsInPlaceOfGoldens)) {
    const file = new URL(`../../../${path}`, import.meta.url);
    expect(losses, name).toHaveProperty(name);
    expect(goldenIndex, name).not.toHaveProperty(name);
    expect(existsSync(file) && readFileSync(file, "utf8").includes(name), `${path} tests ${name}`).toBe(true);
  }
});

test("golden cases that are tested elsewhere are those of no function of the catalogue", () => {
  for (const [name, path] of Object.entries(goldensTestedElsewhere)) {
    const file = new URL(`../../../${path}`, import.meta.url);
    expect(goldenIndex, name).toHaveProperty(name);
    expect(losses, name).not.toHaveProperty(name);
    expect(readFileSync(file, "utf8"), path).toContain(`goldenCasesOf("${name}")`);
  }
});

test("golden cases of no function are refused by name", async () => {
  await expect(goldenCasesOf("huberr")).rejects.toThrow('must be that of a function with golden cases, got "huberr"');
});

/** Golden gradients hold on every engine; that they are derivatives of the values does not depend on one. */
describe("gradients are the slopes of the values, in float64", async () => {
  const engine = await cpu({ mode: "interpreter" });
  const ready = names.flatMap((name) => readyCasesOf(name).map((one) => [name, one] as const));
  const calls = await Promise.all(ready.map(([name, one]) => goldenCall(name, one, "float64")));
  const smooth = calls.flatMap((call, index) =>
    hasDifferences(call.golden) ? [[...ready[index]!, call] as const] : [],
  );

  test.each(smooth)("%s, %s", async (_name, _case, call) => {
    for (const [name, { slope, value, error, size }] of await slopesOf(call)) {
      expect(error, `the differences along ${name} converge`).toBeLessThanOrEqual(1e-6 * Math.max(1, size));
      expect(Math.abs(slope - value), `the slope along ${name}`).toBeLessThanOrEqual(1e-6 * Math.max(1, size));
    }
  });

  /** By each array with a gradient: the slope from the engine's gradient, and from differences of the oracle's values. */
  async function slopesOf({ golden, names: given, arrays, fn }: GoldenCall) {
    const graph = traceOf(fn, arrays);
    const ones = graph.outputs.map(({ shape }) => Array.from({ length: sizeOf(shape as number[]) }, () => 1));
    const scalar = weightedOutput(graph, ones);
    const total = (...tensors: Tensor[]) =>
      fn(...tensors)
        .map((output) => sum(output))
        .reduce((left, right) => left.add(right));
    const wrt = Object.keys(golden.gradients!).map((name) => given.indexOf(name));
    const got = await compute(engine, (...tensors) => grad(total, { wrt })(...tensors), arrays, { simplify: true });
    const elements = arrays.map(({ data }) => [...data]);
    return wrt.flatMap((position, index) => {
      const direction = sample(elements[position]!.length, 31 + position, 0.5, 1.5);
      // At the border of its domain a function has a slope on one side alone.
      const beside = [-smallestStep, smallestStep].map((step) =>
        scalar(elements.with(position, [...moved(elements[position]!, direction, step)])),
      );
      if (beside.some(Number.isNaN)) return [];
      const gradient = [...got[index]!.data];
      const slopes = { slope: dot(gradient, direction), size: dot(gradient.map(Math.abs), direction) };
      // Where a kink is near, a smaller step keeps away from it.
      const steps = [2 ** -10, 2 ** -14, smallestStep];
      const differences = steps.map((step) => () => derivativeAlong(scalar, elements, position, direction, step));
      return [[given[position]!, { ...slopes, ...firstExact(differences, 1e-7 * Math.max(1, slopes.size)) }] as const];
    });
  }
});

const smallestStep = 2 ** -18;

/** The first whose error is small, else the last. */
function firstExact<T extends { readonly error: number }>(makers: readonly (() => T)[], allowed: number): T {
  const [make, ...others] = makers;
  const made = make!();
  return made.error <= allowed || others.length === 0 ? made : firstExact(others, allowed);
}

/** Not at a kink, nor if the values are so large that a step is lost in rounding. */
function hasDifferences({ gradients, kink, note, inputs, optionInputs, outputs }: GoldenCase): boolean {
  if (gradients === undefined || kink === true || note !== undefined) return false;
  const arrays = Object.values({ ...inputs, ...optionInputs, ...outputs });
  return arrays.every(({ data }) => data.every((value) => Math.abs(value) <= 2 ** 20));
}

function casesIn(name: string): readonly string[] {
  return Object.keys(goldenIndex[name]!.cases);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((left, right) => left * right, 1);
}

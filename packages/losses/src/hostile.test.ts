/** Is whatever can't be an argument or an option refused by the name of the loss and of the argument? */
import { type LossSample, lossSamples } from "@symloss/conformance";
import { isSymlossError, ndarray } from "@symloss/core";
import { describe, expect, test } from "vitest";
import * as everything from "./index.ts";

const deep = Array.from({ length: 20_000 }).reduce<unknown>((list) => [list], 1);
const endless: unknown[] = [];
endless.push(endless);

/** What is no array of numbers, whatever the shape that is wanted. */
const hostile: Readonly<Record<string, unknown>> = {
  null: null,
  "a bigint": 5n,
  "a symbol": Symbol("five"),
  "a string": "1",
  "a function": () => 1,
  "a promise": Promise.resolve(1),
  "a record": {},
  "a date": new Date(0),
  "a map": new Map(),
  "an error": new Error("1"),
  "a boxed number": Object(1),
  "a buffer": new ArrayBuffer(8),
  "a view of bytes": new DataView(new ArrayBuffer(8)),
  "a list of strings": ["1"],
  "a list of nothing": [undefined],
  "a ragged list": [[1, 2], [3]],
  "a list 20,000 deep": deep,
  "a list that holds itself": endless,
  "text that says it is an array": JSON.parse(
    '{"kind":"symloss.NDArray","shape":[],"dtype":"float32","data":["(globalThis.ran=1)"]}',
  ),
  "text that says it is a tensor": JSON.parse('{"kind":"symloss.Tensor","shape":[],"dtype":"float32"}'),
};

type Loose = (...args: readonly unknown[]) => unknown;

/** The error of a call that must be refused, as text. */
function refusalOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return isSymlossError(error) ? error.message : `no error of ours: ${String(error)}`;
  }
  return "no error";
}

const lengths: Readonly<Record<string, number>> = { batch: 2, classes: 3, clusters: 3, D: 4, K: 2 };

describe.each(Object.entries(everything.losses))("%s", (name, loss) => {
  const { arguments: wanted, options } = loss.definition;
  const [{ inputs: good }] = lossSamples(name as everything.LossName, { lengths }) as [LossSample];
  const call = loss as unknown as Loose;

  test("is computed of what fits", () => {
    expect(refusalOf(() => call(good))).toBe("no error");
  });

  test.each(wanted.map((argument) => argument.name))("names %s", (argument) => {
    for (const [what, value] of Object.entries(hostile)) {
      expect(
        refusalOf(() => call({ ...good, [argument]: value })),
        what,
      ).toMatch(beginning(name, argument));
    }
    const rank9 = ndarray(new Float32Array(1), [1, 1, 1, 1, 1, 1, 1, 1, 1]);
    const refusal = refusalOf(() => call({ ...good, [argument]: rank9 }));
    expect(refusal === "no error" || beginning(name, argument).test(refusal), refusal).toBe(true);
  });

  test.each(wanted.map((argument) => argument.name))("names %s in its place", (argument) => {
    for (const [what, value] of Object.entries(hostile)) {
      // A record in the first place holds the arguments by name.
      if (argument === wanted[0]!.name && /record|text/.test(what)) continue;
      const args = wanted.map((other) => (other.name === argument ? value : good[other.name]));
      expect(
        refusalOf(() => call(...args)),
        what,
      ).toMatch(beginning(name, argument));
    }
  });

  test("names its options", () => {
    for (const [what, value] of Object.entries(hostile)) {
      const given = what === "a record" ? [value] : value;
      expect(
        refusalOf(() => call(good, given)),
        what,
      ).toMatch(beginning(name, "options"));
      for (const [option, { kind }] of Object.entries(options)) {
        // All axes.
        if (kind === "axes" && value === null) continue;
        const others = "formula" in options && option !== "formula" ? { formula: "corrected" } : {};
        expect(
          refusalOf(() => call(good, { ...others, [option]: value })),
          what,
        ).toMatch(beginning(name, option));
      }
    }
  });

  test("takes no classes or clusters for a fault of its own", () => {
    for (const axis of ["classes", "clusters"]) {
      const { inputs, forms } = lossSamples(name as everything.LossName, { lengths: { ...lengths, [axis]: 0 } }).at(
        -1,
      )!;
      const empty = Object.fromEntries(
        Object.entries(inputs).filter(([argument]) => forms[argument]?.axes.includes(axis) === true),
      );
      if (Object.keys(empty).length === 0) continue;
      expect(refusalOf(() => call({ ...good, ...empty }))).toMatch(new RegExp(`^${name}: .* from [12], got f32`));
    }
  });
});

const unit = { mean: [0], variance: [1] };

/** The functions beside the catalogue: each argument, and a call with a value for it. */
const others: Readonly<Record<string, (value: unknown) => unknown>> = {
  "normalLogProbability x": (value) => (everything.normalLogProbability as Loose)(value, unit),
  "normalLogProbability distribution": (value) => (everything.normalLogProbability as Loose)([1], value),
  "normalLogProbability mean": (value) => (everything.normalLogProbability as Loose)([1], { ...unit, mean: value }),
  "normalEntropy distribution": (value) => (everything.normalEntropy as Loose)(value),
  "normalEntropy variance": (value) => (everything.normalEntropy as Loose)({ ...unit, variance: value }),
  "normalDivergence from": (value) => (everything.normalDivergence as Loose)(value, unit),
  "normalDivergence to": (value) => (everything.normalDivergence as Loose)(unit, value),
  "normalDivergence to.mean": (value) => (everything.normalDivergence as Loose)(unit, { ...unit, mean: value }),
  "categoricalEntropy logits": (value) => (everything.categoricalEntropy as Loose)(value),
  "categoricalLogProbability x": (value) => (everything.categoricalLogProbability as Loose)(value, [[1, 2]]),
  "categoricalLogProbability logits": (value) => (everything.categoricalLogProbability as Loose)([0], value),
  "reduce loss": (value) => (everything.reduce as Loose)(value),
  "reduce options": (value) =>
    (value as object)?.constructor === Object ? "" : (everything.reduce as Loose)([1, 2], value),
  "reduce weights": (value) => (everything.reduce as Loose)([1, 2], { weights: value }),
  "reduce mask": (value) => (everything.reduce as Loose)([1, 2], { mask: value }),
  "reduce whenEmpty": (value) => (everything.reduce as Loose)([1, 2], { whenEmpty: value }),
  "defineLoss declaration": (value) => (everything.defineLoss as Loose)(value, () => 1),
  "defineLoss formula": (value) =>
    (everything.defineLoss as Loose)(
      { name: "own", arguments: { x: "[..]" }, options: {}, results: { loss: "[..]" } },
      value,
    ),
  "fenchelYoung maxFunction": (value) => (everything.fenchelYoung as Loose)(value),
  "fenchelYoung scores": (value) => (everything.fenchelYoung((x) => x.sum(-1)) as Loose)(value, [1, 2]),
  "fenchelYoung targets": (value) => (everything.fenchelYoung((x) => x.sum(-1)) as Loose)([1, 2], value),
  "reduce denominator": (value) => (everything.reduce as Loose)([1, 2], { denominator: value }),
  "reduceParts loss": (value) => (everything.reduceParts as Loose)(value),
  "reduceParts options": (value) =>
    (value as object)?.constructor === Object ? "" : (everything.reduceParts as Loose)([1, 2], value),
  "reduceParts weights": (value) => (everything.reduceParts as Loose)([1, 2], { weights: value }),
  "reduceParts mask": (value) => (everything.reduceParts as Loose)([1, 2], { mask: value }),
  "reduceParts reduction": (value) => (everything.reduceParts as Loose)([1, 2], { reduction: value }),
  "rowMask labels": (value) => (everything.rowMask as Loose)(value, 1),
  "rowMask ignoreIndex": (value) => (everything.rowMask as Loose)([0, 1], value),
  "rowWeights labels": (value) => (everything.rowWeights as Loose)(value, [1, 2]),
  "rowWeights classWeights": (value) => (everything.rowWeights as Loose)([0, 1], value),
  "rowWeights ignoreIndex": (value) => (everything.rowWeights as Loose)([0, 1], [1, 2], { ignoreIndex: value }),
  "rowWeights options": (value) =>
    (value as object)?.constructor === Object ? "" : (everything.rowWeights as Loose)([0, 1], [1, 2], value),
  "reduce reduction": (value) => (everything.reduce as Loose)([1, 2], { reduction: value }),
};

test.each(Object.keys(others))("%s is named", (key) => {
  const [name, argument] = key.split(" ") as [string, string];
  for (const [what, value] of Object.entries(hostile)) {
    if (key.endsWith(" options") && /record|text/.test(what)) continue;
    if (key.endsWith("Function") && what === "a function") continue;
    expect(
      refusalOf(() => others[key]!(value)),
      what,
    ).toMatch(beginning(name, argument));
  }
});

test("every function of the package is asked", () => {
  const asked = new Set([...Object.keys(everything.losses), ...Object.keys(others).map((key) => key.split(" ")[0]!)]);
  const functions = Object.entries(everything).filter(([, value]) => typeof value === "function");
  // The other name of sparseSigmoidCrossentropyLogits, and what takes anything.
  const left = functions.map(([name]) => name).filter((name) => !asked.has(name));
  expect(left.toSorted()).toEqual(["isLoss", "sigmoidCrossentropyLogits"]);
  expect(Object.values(hostile).some((value) => everything.isLoss(value))).toBe(false);
  expect((globalThis as { ran?: unknown }).ran).toBeUndefined();
});

function beginning(name: string, argument: string): RegExp {
  return new RegExp(`^${name}: .*\\b${argument.replace(".", "\\.")}\\b.*, got `);
}

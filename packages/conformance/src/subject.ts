/** Of which function is a golden case, how is it called, and which functions and options does a golden case wait for? */
import * as ofCore from "@symloss/core";
import type { Tensor, TensorLike } from "@symloss/core";
import * as ofLosses from "@symloss/losses";
import type { AnyLoss } from "@symloss/losses";
import { type GoldenSummary, goldenIndex } from "./goldens.ts";

/** A function that has golden cases. */
export interface Subject {
  /** Whether it computes in the dtype of its arguments: one without floats among them gives float32. */
  readonly hasFloats: boolean;
  /** Whether it takes something of that name besides its arrays. */
  readonly takes: (option: string) => boolean;
  /** Its results by name, of arrays in their order, and of options. */
  readonly call: (arrays: Arrays, options: Readonly<Record<string, unknown>>) => Arrays;
}

type Arrays = Readonly<Record<string, Tensor>>;

/** The function of that name, of the losses or of core; undefined where there is none yet. */
export function subjectOf(name: string): Subject | undefined {
  const found = [ofLosses, ofCore]
    .map((exports) => (exports as Readonly<Record<string, unknown>>)[name])
    .find((value) => typeof value === "function");
  if (found === undefined) return undefined;
  return "definition" in found ? subjectOfLoss(found as AnyLoss) : subjectOfFunction(found as PlainFunction);
}

function subjectOfLoss(loss: AnyLoss): Subject {
  const { arguments: list, options, results } = loss.definition;
  const isArgument = (name: string) => list.some((argument) => argument.name === name);
  return {
    hasFloats: list.some(({ differentiable }) => differentiable),
    takes: (name) => isArgument(name) || Object.hasOwn(options, name),
    call: (arrays, given) => {
      const all = Object.entries({ ...given, ...arrays });
      const [named, others] = [true, false].map((wanted) =>
        Object.fromEntries(all.filter(([name]) => isArgument(name) === wanted)),
      );
      const result = loss(named as Readonly<Record<string, TensorLike>>, others);
      return Object.keys(results).length === 1 ? { loss: result as Tensor } : (result as Arrays);
    },
  };
}

/** A function of tensors that says nothing of itself: arrays by position, then options. */
type PlainFunction = (...args: readonly unknown[]) => Tensor;

function subjectOfFunction(fn: PlainFunction): Subject {
  return {
    hasFloats: true,
    takes: () => true,
    call: (arrays, options) => {
      const given = Object.keys(options).length === 0 ? [] : [options];
      return { loss: fn(...Object.values(arrays), ...given) };
    },
  };
}

/** The names of the golden cases of a function that can be run: it exists, and takes what they give. */
export function readyCasesOf(name: string): readonly string[] {
  const subject = subjectOf(name);
  const { cases } = goldenIndex[name]!;
  return Object.keys(cases).filter((one) => subject !== undefined && cases[one]!.every(subject.takes));
}

/** The functions that are no tensors of the catalogue, whose golden cases a test of their own goes through. */
export const goldensTestedElsewhere: Readonly<Record<string, string>> = {
  clusterAccuracy: "packages/losses/src/matching.test.ts",
};

/** What golden cases wait for: `name` for a function that doesn't exist yet, `name: option` for an option that it lacks. */
export function pendingGoldens(): readonly string[] {
  return Object.entries(goldenIndex).flatMap(([name, summary]) => {
    if (Object.hasOwn(goldensTestedElsewhere, name)) return [];
    const subject = subjectOf(name);
    return subject === undefined ? [name] : missingOptions(subject, summary).map((option) => `${name}: ${option}`);
  });
}

function missingOptions(subject: Subject, { cases }: GoldenSummary): readonly string[] {
  const missing = Object.values(cases)
    .flat()
    .filter((option) => !subject.takes(option));
  return [...new Set(missing)].toSorted();
}

/** How much do targets and predictions of each class overlap, relative to where either is? */
import { type Tensor, where } from "@symloss/core";
import type { OptionValues } from "../options.ts";
import { countsByClass } from "./class-counts.ts";

/** The arguments of overlaps of classes. */
export const overlapArguments = {
  /** [..] the right classes, as of the pixels of an image. */
  targets: { shape: "[..]", elements: "classIndex", except: "ignoreIndex" },
  /** [..] the predicted classes. */
  predictions: { shape: "[..]", elements: "classIndex" },
  /** How many classes there are. */
  classes: { shape: "[]", elements: "count" },
} as const;

/** The options of overlaps of classes. */
export const overlapOptions = {
  /** The target of what is not counted; it may be no class. */
  ignoreIndex: { kind: "int" },
  /** What a class that occurs nowhere is: left out, or 0. Default "skip". */
  absent: { kind: "choice", choices: ["skip", "zero"], default: "skip" },
} as const;

/** How an overlap of classes is declared. */
export interface OverlapDeclaration {
  readonly name: string;
  readonly arguments: typeof overlapArguments;
  readonly differentiable: false;
  readonly options: typeof overlapOptions;
  readonly results: { readonly loss: string };
}

/** [classes] how many positions targets and predictions share, and in how many either has the class. */
export interface Overlaps {
  readonly intersections: Tensor;
  readonly unions: Tensor;
}

/** The overlaps of class indices [..], but for targets to be ignored. */
export function overlapsOf(
  targets: Tensor,
  predictions: Tensor,
  classes: number,
  { ignoreIndex }: OptionValues<typeof overlapOptions>,
): Overlaps {
  const counts =
    ignoreIndex === undefined
      ? countsByClass(targets, predictions, classes)
      : countsOfKept(targets, predictions, classes, ignoreIndex);
  const { hits, targets: ofTargets, predictions: ofPredictions } = counts;
  return { intersections: hits, unions: ofTargets.add(ofPredictions).sub(hits) };
}

function countsOfKept(
  targets: Tensor,
  predictions: Tensor,
  classes: number,
  ignoreIndex: number,
): ReturnType<typeof countsByClass> {
  const isKept = targets.notEqual(ignoreIndex);
  return countsByClass(where(isKept, targets, 0), predictions, classes, isKept.cast("int32"));
}

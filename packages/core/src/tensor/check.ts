/** What must an array from the host satisfy before anything runs? The checks are the same on every engine. */
import type { TypedArray } from "../array/dtype.ts";
import { OutOfRangeError } from "../array/errors.ts";
import { isRecord } from "../array/options.ts";
import { type Dimension, formatPosition, isDimension } from "../array/shape.ts";
import { type Step, look } from "../array/view.ts";

/** What must hold for an argument, and how a message names it. */
export type Check = {
  readonly caller: string;
  readonly argument: string;
  /** The steps applied to the elements before the check, which concerns what the formula sees. */
  readonly through?: readonly Step[];
} & CheckKind;

/** What must hold. */
export type CheckKind =
  /** Integers from 0 to `classes` - 1. */
  | { readonly kind: "classIndices"; readonly classes: Dimension }
  /** Above 0. */
  | { readonly kind: "positive" }
  /** 0 or above. */
  | { readonly kind: "nonNegative" }
  /** A single 1 along the last axis, else 0. */
  | { readonly kind: "oneHot" };

type CheckOf<K extends CheckKind["kind"]> = Check & { readonly kind: K };

/** Throws `OutOfRangeError`, naming function, argument, position and value, if the elements do not satisfy the check. */
export function runCheck(check: Check, data: TypedArray, shape: readonly number[]): void {
  const seen = look({ data, shape }, check.through ?? []);
  (rules[check.kind] as (check: Check, data: TypedArray, shape: readonly number[]) => void)(
    check,
    seen.data,
    seen.shape,
  );
}

const rules: { [K in CheckKind["kind"]]: (check: CheckOf<K>, data: TypedArray, shape: readonly number[]) => void } = {
  classIndices: (check, data, shape) => {
    // A named number of classes is known only when an exported graph runs.
    const classes = typeof check.classes === "number" ? check.classes : Infinity;
    for (let index = 0; index < data.length; index++) {
      const value = data[index]!;
      // Written so that NaN fails too.
      if (!(value >= 0 && value < classes && Number.isInteger(value))) {
        fail(check, `integers from 0 to ${classes - 1}`, value, index, shape, "Classes count from 0.");
      }
    }
  },
  positive: (check, data, shape) => {
    // NaN passes: like any NaN, it makes the result NaN.
    for (let index = 0; index < data.length; index++) {
      if (data[index]! <= 0) fail(check, "above 0", data[index]!, index, shape, "");
    }
  },
  nonNegative: (check, data, shape) => {
    for (let index = 0; index < data.length; index++) {
      if (data[index]! < 0) fail(check, "0 or above", data[index]!, index, shape, "");
    }
  },
  oneHot: (check, data, shape) => {
    const classes = shape.at(-1) ?? 1;
    for (let row = 0; row < data.length; row += classes) {
      let ones = 0;
      for (let index = row; index < row + classes; index++) {
        const value = data[index]!;
        if (value === 1) ones++;
        else if (value !== 0) fail(check, "one-hot (a single 1 in each row, else 0)", value, index, shape, "");
      }
      if (ones !== 1) {
        const position = formatPosition(row / classes, shape.slice(0, -1));
        throw new OutOfRangeError(
          `${check.caller}: ${check.argument} must be one-hot (a single 1 in each row, else 0), got ${ones} ones in row ${position}.`,
        );
      }
    }
  },
};

/** Whether a value is a valid kind of check. */
export function isCheckKind(value: unknown): value is CheckKind {
  if (!isRecord(value) || typeof value["kind"] !== "string" || !Object.hasOwn(rules, value["kind"])) return false;
  return value["kind"] !== "classIndices" || isDimension(value["classes"]);
}

function fail(
  check: Check,
  range: string,
  value: number,
  index: number,
  shape: readonly number[],
  help: string,
): never {
  const got = `got ${value} at ${formatPosition(index, shape)}.`;
  throw new OutOfRangeError(
    `${check.caller}: ${check.argument} must be ${range}, ${got}${help === "" ? "" : ` ${help}`}`,
  );
}

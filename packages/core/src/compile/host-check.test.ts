/** Is an array checked as the formula sees it, and not as it was before its casts? */
import { describe, expect, test } from "vitest";
import { check } from "../tensor/annotation.ts";
import { type CheckKind, runCheck } from "../tensor/check.ts";
import { convert } from "../array/convert.ts";
import { collectChecks } from "./host-check.ts";
import { checkClassIndices, reshape, transpose, broadcastTo, slice } from "../tensor/movement.ts";
import { cast } from "../tensor/elementwise.ts";
import type { DType } from "../array/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { placeholder } from "../tensor/operand.ts";

/** Runs the checks of a function of one array, and counts them. */
function checksOf(fn: (x: Tensor) => Tensor, values: Parameters<typeof convert>[2], dtype: DType = "float32"): number {
  const { data, shape } = convert("test", "values", values, { dtype });
  const x = placeholder("x", shape, dtype);
  const checks = collectChecks({ inputs: [x], outputs: [fn(x)] });
  for (const one of checks) runCheck(one.check, data, shape);
  return checks.length;
}

const labels = (x: Tensor) => checkClassIndices("loss", "labels", x, 2);
const variance = (x: Tensor) => check("loss", "variance", x, { kind: "positive" });
const rows = (x: Tensor) => check("loss", "targets", x, { kind: "oneHot" });

describe("a check of an array from the host", () => {
  test.each<readonly [string, (x: Tensor) => Tensor, Parameters<typeof convert>[2], DType]>([
    ["class indices that the user's cast makes such", (x) => labels(cast(x, "int32")), [0.7, 1.2], "float32"],
    ["class indices as numbers of any type", labels, [0, 1], "float64"],
    ["a variance that is rounded, and stays above 0", (x) => variance(cast(x, "float32")), [1e-40], "float64"],
    [
      "rows that are transposed",
      (x) => rows(transpose(x)),
      [
        [1, 1],
        [0, 0],
      ],
      "float32",
    ],
    ["rows that are cut from a list", (x) => rows(reshape(x, [2, 2])), [1, 0, 0, 1], "float32"],
    ["rows that are repeated", (x) => rows(broadcastTo(x, [3, 2])), [[1, 0]], "float32"],
    ["what is computed: it is the caller's promise", (x) => labels(slice(x, [1])), [7, 1], "float32"],
  ])("passes %s", (_, fn, values, dtype) => {
    expect(() => checksOf(fn, values, dtype)).not.toThrow();
  });

  test.each<readonly [string, (x: Tensor) => Tensor, Parameters<typeof convert>[2], DType, string]>([
    [
      "class indices that are none, though the check itself casts",
      labels,
      [0, 0.5],
      "float32",
      "labels must be integers from 0 to 1, got 0.5 at [1]",
    ],
    [
      "what a cast has made a class index out of range",
      (x) => labels(cast(x, "int32")),
      [0, 2.9],
      "float32",
      "got 2 at [1]",
    ],
    [
      "a variance that is rounded to 0",
      (x) => variance(cast(x, "float32")),
      [1, 1e-50],
      "float64",
      "variance must be above 0, got 0 at [1]",
    ],
    [
      "a variance that is cut to an integer",
      (x) => variance(cast(cast(x, "int32"), "float32")),
      [1, 0.5],
      "float32",
      "got 0 at [1]",
    ],
    [
      "rows that are one-hot before they are transposed",
      (x) => rows(transpose(x)),
      [
        [1, 0],
        [1, 0],
      ],
      "float32",
      "got 2 ones in row [0]",
    ],
    [
      "columns that are one-hot in rows of another length",
      (x) => rows(reshape(x, [2, 2])),
      [1, 0, 0, 0],
      "float32",
      "got 0 ones in row [1]",
    ],
    [
      "a one that is repeated along its row",
      (x) => rows(broadcastTo(x, [2, 3])),
      [[1], [1]],
      "float32",
      "got 3 ones in row [0]",
    ],
    [
      "rows that a cast changes",
      (x) => rows(cast(cast(x, "int32"), "float32")),
      [
        [1, 0],
        [0.5, 0.5],
      ],
      "float32",
      "got 0 ones in row [1]",
    ],
  ])("refuses %s", (_, fn, values, dtype, message) => {
    expect(() => checksOf(fn, values, dtype)).toThrow(message);
  });

  test("is asked once, however often the same is asked of the same", () => {
    expect(checksOf((x) => labels(labels(labels(x))), [0, 1])).toBe(1);
    expect(checksOf((x) => labels(checkClassIndices("loss", "labels", x, 3)), [0, 1])).toBe(2);
    expect(checksOf((x) => variance(reshape(variance(x), [1, 2])), [1, 2])).toBe(1);
    expect(checksOf((x) => variance(cast(variance(x), "float32")), [1, 2], "float64")).toBe(2);
  });
});

/** Of each kind of check what passes, what does not, and the message. */
const kinds: { readonly [K in CheckKind["kind"]]: Kind } = {
  classIndices: {
    kind: { kind: "classIndices", classes: 3, ignored: -100 },
    right: [0, 2, -100],
    wrong: [[0, -1], "integers from 0 to 2, or -100, got -1 at [1]. Classes count from 0."],
    validity: [{ classes: -1 }, { classes: 3, ignored: 0.5 }, {}],
  },
  lengths: {
    kind: { kind: "lengths", longest: 4 },
    right: [0, 4],
    wrong: [[4, 5], "integers from 0 to 4, got 5 at [1]."],
    validity: [{ longest: 1.5 }, {}],
  },
  positive: { kind: { kind: "positive" }, right: [1e-9, NaN], wrong: [[1, 0], "above 0, got 0 at [1]."] },
  nonNegative: { kind: { kind: "nonNegative" }, right: [0, NaN], wrong: [[0, -1], "0 or above, got -1 at [1]."] },
  atLeastOne: { kind: { kind: "atLeastOne" }, right: [1, NaN], wrong: [[2, 0.5], "1 or above, got 0.5 at [1]."] },
  aboveOne: { kind: { kind: "aboveOne" }, right: [1.5, NaN], wrong: [[2, 1], "above 1, got 1 at [1]."] },
  unitInterval: {
    kind: { kind: "unitInterval" },
    right: [0, 1, NaN],
    wrong: [[1, 1.5], "from 0 to 1, got 1.5 at [1]."],
  },
  signs: {
    kind: { kind: "signs" },
    right: [-1, 1, NaN],
    wrong: [[1, 0], "-1 or 1, got 0 at [1]. For 0 and 1, give 2 y - 1."],
  },
  wholeNumbers: {
    kind: { kind: "wholeNumbers" },
    right: [-2, 0, 7, NaN, Infinity],
    wrong: [[1, -0.5], "whole numbers, got -0.5 at [1]."],
  },
  multiHot: { kind: { kind: "multiHot" }, right: [0, 1, 1], wrong: [[1, 2], "multi-hot (0 or 1), got 2 at [1]."] },
  oneHot: {
    kind: { kind: "oneHot" },
    right: [0, 1],
    wrong: [[1, 1], "one-hot (a single 1 in each row, else 0), got 2 ones in row []."],
  },
  simplex: {
    kind: { kind: "simplex" },
    right: [0.25, 0.75],
    wrong: [
      [
        [0.5, 0.5],
        [0.5, 0.25],
      ],
      "from 0, and add up to 1 in each row, got a sum of 0.75 in row [1].",
    ],
  },
};

interface Kind {
  readonly kind: CheckKind;
  readonly right: readonly number[];
  readonly wrong: readonly [values: Parameters<typeof convert>[2], message: string];
  /** Parameters that the kind does not allow. */
  readonly validity?: readonly object[];
}

describe.each(Object.entries(kinds))("a check of %s", (_, { kind, right, wrong, validity = [] }) => {
  const checked = (x: Tensor) => check("loss", "x", x, kind);

  test("passes what holds", () => {
    expect(checksOf(checked, right)).toBe(1);
    expect(checksOf(checked, [])).toBe(1);
  });

  test("names the first that does not", () => {
    expect(() => checksOf(checked, wrong[0])).toThrow(`loss: x must be ${wrong[1]}`);
  });

  // Some look at several elements at a time.
  test.runIf(wrong[1].includes("at [1]"))("finds it wherever it is, also as the second of two", () => {
    const [fine, fault] = wrong[0] as readonly [number, number];
    for (let place = 0; place < 11; place++) {
      const values = Array.from({ length: 11 }, (__, index) => (index === place || index === 10 ? fault : fine));
      expect(() => checksOf(checked, values)).toThrow(`got ${fault} at [${place}]`);
    }
  });

  test("has valid parameters", () => {
    const x = placeholder("x", [2], "float32");
    for (const parameters of validity) {
      expect(() => check("loss", "x", x, { kind: kind.kind, ...parameters } as CheckKind)).toThrow(/kind of check/);
    }
  });
});

test("numbers that are not from 0 are no simplex, whatever their sum", () => {
  expect(() => checksOf((x) => check("loss", "x", x, { kind: "simplex" }), [1.5, -0.5])).toThrow("got -0.5 at [1]");
});

// A Float32Array is compared by its bits.
describe.each([
  ["unitInterval", (value: number) => !(value < 0 || value > 1)],
  ["nonNegative", (value: number) => !(value < 0)],
  ["atLeastOne", (value: number) => !(value < 1)],
] as const)("a check of %s, of float32", (kind, holds) => {
  const above = 1 + 2 ** -23;
  const below = 1 - 2 ** -24;
  const values = [
    0,
    -0,
    1e-45,
    -1e-45,
    below,
    1,
    above,
    -1,
    3.4e38,
    -3.4e38,
    Infinity,
    -Infinity,
    NaN,
    -1.5,
    2 ** -126,
  ];
  const passes = (array: Float32Array): boolean => {
    try {
      return checksOf((x) => check("loss", "x", x, { kind }), array) === 1;
    } catch {
      return false;
    }
  };

  test.each(values)("is right about %s, at each place", (value) => {
    const places = Array.from({ length: 6 }, (_, place) =>
      Float32Array.from({ length: 6 }, (__, at) => (at === place ? value : 1)),
    );
    expect(places.map(passes)).toEqual(places.map(() => holds(Math.fround(value))));
  });
});

/** Does each kind of element, option and axis that a declaration may name do what its name says? */
import { type Tensor, type TensorLike, arange, isSymlossError, isTensor, sub } from "@symloss/core";
import { describe, expect, expectTypeOf, test } from "vitest";
import { gradientsOf, valueOf } from "../test/on-cpu.ts";
import { type OptionsFor, defineLoss } from "./definition.ts";
import { type Elements, elementTraits } from "./elements.ts";
import type { Bound, OptionDefinition } from "./options.ts";

type Loose = (...args: readonly unknown[]) => Tensor;

async function refusalOf(call: () => unknown): Promise<string> {
  try {
    await valueOf((await call()) as Tensor);
  } catch (error) {
    return isSymlossError(error) ? error.message : `no error of ours: ${String(error)}`;
  }
  return "no error";
}

/** What is wrong of each kind of elements, and the end of the message; null where anything is right. */
const wrongElements: { readonly [Kind in Exclude<Elements, "count">]: readonly [TensorLike, string] | null } = {
  float: null,
  positive: [[1, 0], "above 0, got 0 at [1]."],
  nonNegative: [[0, -1], "0 or above, got -1 at [1]."],
  probability: [[0, 1.5], "from 0 to 1, got 1.5 at [1]."],
  logProbability: null,
  distribution: null,
  logDistribution: null,
  sign: [[1, 0], "-1 or 1, got 0 at [1]. For 0 and 1, give 2 y - 1."],
  classIndex: [[1, 2], "integers from 0 to 1, got 2 at [1]. Classes count from 0."],
  label: null,
  oneHot: [[1, 1], "one-hot (a single 1 in each row, else 0), got 2 ones in row []."],
  multiHot: [[1, 0.5], "multi-hot (0 or 1), got 0.5 at [1]."],
  boolean: null,
  length: [[2, 3], "integers from 0 to 2, got 3 at [1]."],
};

describe.each(Object.entries(wrongElements))("elements that are %s", (elements, wrong) => {
  const declaration = {
    name: "loss",
    arguments: {
      x: {
        shape: "[..]",
        elements: elements as Exclude<Elements, "count">,
        ...(elements === "length" ? { of: "classes" } : {}),
      },
      scores: "[.., classes]",
    },
    options: {},
    results: { loss: "[..]" },
  } as const;
  const loss = defineLoss(declaration, (x: Tensor, scores: Tensor) => x.cast("float32").add(scores.sum(-1)));
  const scores = [
    [0, 0],
    [0, 0],
  ];

  test("are checked, or not", async () => {
    const got = await refusalOf(() => loss(wrong?.[0] ?? [-7, 7.5], scores));
    expect(got).toBe(wrong === null ? "no error" : `loss: x must be ${wrong[1]}`);
  });

  test("have a gradient, or not", () => {
    const [x] = loss.definition.arguments;
    expect(x!.differentiable).toBe(elementTraits[elements as Elements].isFloat);
  });

  test("are not checked where a declaration says so", async () => {
    if (wrong === null || ["classIndex", "length"].includes(elements)) return;
    const lenient = defineLoss(
      { ...declaration, arguments: { x: { ...declaration.arguments.x, check: "none" }, scores: "[.., classes]" } },
      (x: Tensor, other: Tensor) => x.add(other.sum(-1)),
    );
    expect(await refusalOf(() => lenient(wrong[0], scores))).toBe("no error");
  });
});

/** What is wrong for a kind of option, and the message; each has one at least. */
const wrongOptions: {
  readonly [Kind in OptionDefinition["kind"]]: readonly [
    OptionDefinition & { readonly kind: Kind },
    ...(readonly [unknown, string])[],
  ];
} = {
  number: [{ kind: "number" }, ["1", 'a number, got the string "1".'], [[1], "a number, got a list."]],
  int: [{ kind: "int" }, [0.5, "an integer, got 0.5."], [NaN, "an integer, got NaN."]],
  count: [{ kind: "count", default: 2 }, [0, "an integer from 1, got 0."]],
  flag: [{ kind: "flag", default: false }, [1, "true or false, got 1."], ["no", 'true or false, got the string "no".']],
  choice: [{ kind: "choice", choices: [1, 2], default: 1 }, [3, "one of 1, 2, got 3."], ["1", 'one of 1, 2, got "1".']],
  axes: [{ kind: "axes", shape: "[.., classes]", default: null }, [2, "one of a tensor of rank 2"]],
  axis: [{ kind: "axis", of: "classes", default: -1 }, [2, "one of a tensor of rank 2"], ["1", "an integer, got"]],
  tensor: [{ kind: "tensor", shape: "[..]", default: 1 }, [[1, 2, 3], "broadcast to [..], here [2], got f32[3]."]],
  array: [
    { kind: "array", shape: "[classes]", elements: "nonNegative" },
    [[1, -1, 1], "0 or above, got -1 at [1]."],
    [1, "[classes], got f32[]."],
    [[1, 2], "must be [.., classes] and [classes], got f32[2,3] and f32[2]. classes is 3 in x and 2 in option."],
  ],
  mask: [{ kind: "mask", shape: "[..]" }, [[true, true, true], "broadcast to [..], here [2], got bool[3]."]],
};

describe.each(Object.entries(wrongOptions))("an option of kind %s", (_, [definition, ...wrong]) => {
  const loss = defineLoss(
    { name: "loss", arguments: { x: "[.., classes]" }, options: { option: definition }, results: { loss: "[..]" } },
    (x: Tensor, { option }: { readonly option: unknown }) =>
      isTensor(option) ? x.sum(-1).add(option.cast("float32").sum().mul(0)) : x.sum(-1),
  ) as unknown as Loose;
  const x = [
    [1, 2, 3],
    [4, 5, 6],
  ];

  test.each(wrong)("refuses %s", async (value, message) => {
    const got = await refusalOf(() => loss(x, { option: value }));
    expect(got).toMatch(/^loss: .*\b(option|axis)\b.*must /);
    expect(got).toContain(message);
  });

  test("may be left out", async () => {
    expect(await valueOf(loss(x))).toEqual([6, 15]);
  });
});

/** A number that each bound excludes. */
const outside: { readonly [B in Bound]: readonly [number, string] } = {
  positive: [0, "above 0"],
  nonNegative: [-1, "0 or above"],
  unitInterval: [1.5, "from 0 to 1"],
  atLeastOne: [0.5, "1 or above"],
  aboveOne: [1, "above 1"],
};

test.each(Object.entries(outside))("the bound %s holds of numbers and of arrays", async (must, [value, text]) => {
  const loss = defineLoss(
    {
      name: "loss",
      arguments: { x: "[..]" },
      options: {
        number: { kind: "number", must: must as Bound },
        tensor: { kind: "tensor", shape: "[..]", must: must as Bound },
      },
      results: { loss: "[..]" },
    },
    (x: Tensor, { tensor }: { readonly tensor: Tensor | undefined }) => x.mul(tensor ?? 1),
  );
  expect(await refusalOf(() => loss([1], { number: value }))).toBe(`loss: number must be ${text}, got ${value}.`);
  expect(await refusalOf(() => loss([1], { tensor: value }))).toBe(`loss: tensor must be ${text}, got ${value}.`);
  expect(await refusalOf(() => loss([1], { tensor: [value] }))).toBe(
    `loss: tensor must be ${text}, got ${value} at [0].`,
  );
});

const crossentropy = {
  name: "crossentropy",
  arguments: {
    labels: {
      shape: "[.., classes] or [..]",
      elements: ["distribution", "classIndex"],
      except: "ignoreIndex",
    },
    scores: "[.., classes]",
  },
  broadcasts: "oneSided",
  options: {
    ignoreIndex: { kind: "int" },
    axis: { kind: "axis", of: "classes", default: -1 },
    classWeights: { kind: "array", shape: "[classes]" },
    mask: { kind: "mask", shape: "[.., classes]" },
    hard: { kind: "flag", default: false },
  },
  results: { loss: "[..]", weighted: "[.., classes]" },
} as const;

describe("axes and forms", () => {
  const loss = defineLoss(
    crossentropy,
    (labels: Tensor, scores: Tensor, { classWeights, mask }: OptionsFor<typeof crossentropy>) => {
      const classes = scores.shape.at(-1) as number;
      const dense = labels.dtype === "int32" ? labels.expandDims(-1).equal(arange(classes)).cast("float32") : labels;
      const kept = mask === undefined ? scores : scores.mul(mask);
      const weighted = dense.mul(kept).mul(classWeights ?? 1);
      return { loss: sub(0, weighted.sum(-1)), weighted };
    },
  );
  // [batch 1, classes 3, positions 2]
  const scores = [
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
  ];

  test("the named axis may lie anywhere, in arguments, options and results", async () => {
    const labels = [[0, 2]];
    const { loss: value, weighted } = loss(labels, scores, { axis: 1, classWeights: [1, 10, 100], mask: [1, 1, 0] });
    expect(await valueOf(value)).toEqual([[-1, 0]]);
    expect(await valueOf(weighted)).toEqual([
      [
        [1, 0],
        [0, 0],
        [0, 0],
      ],
    ]);
    const whole = loss(labels, scores, {
      axis: -2,
      mask: [
        [
          [1, 1],
          [1, 1],
          [1, 0],
        ],
      ],
    });
    expect(await valueOf(whole.loss)).toEqual([[-1, 0]]);
  });

  test("the form of labels follows from the rank of the scores, though they come first", async () => {
    const dense = [
      [
        [1, 0],
        [0, 0.5],
        [0, 0.5],
      ],
    ];
    expect(await valueOf(loss(dense, scores, { axis: 1 }).loss)).toEqual([[-1, -5]]);
    expect((loss as unknown as { definition: typeof loss.definition }).definition.arguments[0]!.differentiable).toBe(
      false,
    );
    const [byLabels] = await gradientsOf((labels, x) => loss(labels, x, { axis: 1 }).loss, dense, scores);
    expect(byLabels).toEqual([-1, -2, -3, -4, -5, -6]);
    // Lists are as precise as what they meet.
    const wide = loss([[0.1, 0.9]], new Float64Array([1, 0]).slice(0, 2)).loss;
    expect(await valueOf(wide)).toEqual([-0.1]);
  });

  test("an argument without the axis is named", async () => {
    expect(await refusalOf(() => loss([1, 0, 0], scores, { axis: 0 }).loss)).toBe(
      "crossentropy: labels must have the axis that axis names, 0, got f32[3].",
    );
    expect(await refusalOf(() => loss([[0]], scores, { axis: 3 }).loss)).toMatch(/^crossentropy: axis must be one of /);
  });

  test("the excepted class index alone is allowed too", async () => {
    const rows = [
      [1, 2],
      [3, 4],
    ];
    expect(await refusalOf(() => loss([0, -1], rows, { ignoreIndex: -1 }).loss)).toBe("no error");
    expect(await refusalOf(() => loss([0, -2], rows, { ignoreIndex: -1 }).loss)).toBe(
      "crossentropy: labels must be integers from 0 to 1, or -1, got -2 at [1]. Classes count from 0.",
    );
  });

  test("what was given is shown, though formulas have its axes in another order", async () => {
    expect(await refusalOf(() => loss([[1, 0, 2]], scores, { axis: 1 }).loss)).toMatch(
      /labels and scores .* got f32\[1,3\] and f32\[1,3,2\]/,
    );
  });

  test("a count is the length of the axis of its name", async () => {
    const table = defineLoss(
      {
        name: "table",
        arguments: {
          labels: { shape: "[batch]", elements: "classIndex" },
          classes: { shape: "[]", elements: "count" },
          costs: "[classes, classes]",
        },
        differentiable: false,
        options: {
          references: { kind: "array", shape: "[references, d]" },
          of: { kind: "array", shape: "[references]", elements: "label" },
        },
        results: { loss: "[classes]" },
      },
      (labels: Tensor, classes: number, costs: Tensor, _options: object) =>
        costs.sum(0).add(labels.oneHot(classes).sum(0)),
    );
    const costs = [
      [0, 1],
      [1, 0],
    ];
    expect(await valueOf(table([0, 0, 1], 2, costs))).toEqual([3, 2]);
    expect(table.definition.arguments.some(({ differentiable }) => differentiable)).toBe(false);
    expectTypeOf<Parameters<typeof table>[1]>().toEqualTypeOf<number>();
    expect(await refusalOf(() => table([0, 2], 2, costs))).toContain("integers from 0 to 1, got 2 at [1]");
    expect(await refusalOf(() => table([0], 3, costs))).toBe(
      "table: classes and costs must be a count and [classes, classes], got 3 and f32[2,2]. classes is 3 in classes and 2 in costs.",
    );
    expect(await refusalOf(() => table([0], 2, costs, { references: [[1, 2]], of: [1, 2] }))).toContain(
      "references is 1 in references and 2 in of.",
    );
  });

  test("an axis that is named by a number has that length", async () => {
    const boxes = defineLoss(
      { name: "boxes", arguments: { boxes: "[.., 4]" }, options: {}, results: { loss: "[..]" } },
      (given: Tensor) => given.sum(-1),
    );
    expect(await valueOf(boxes([[1, 2, 3, 4]]))).toEqual([10]);
    expect(await refusalOf(() => boxes([[1, 2, 3]]))).toBe("boxes: boxes must be [.., 4], got f32[1,3].");
  });
});

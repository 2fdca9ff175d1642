/** Do rates of classes count and average as they say? What holds of all four, beyond their golden cases. */
import { describe, expect, test } from "vitest";
import { valueOf } from "../../test/on-cpu.ts";
import { fBeta } from "./f-beta.ts";
import { precision } from "./precision.ts";
import { recall } from "./recall.ts";
import { specificity } from "./specificity.ts";

const rates = { precision, recall, fBeta, specificity };

const targets = [0, 2, 1, 1, 0, 2, 2, 1, 0, 2];
const predictions = [0, 2, 1, 0, 0, 1, 2, 2, 1, 2];

/** A row with a single 1 for each class index. */
const rowsOf = (indices: readonly number[]) => indices.map((index) => [0, 1, 2].map((one) => Number(one === index)));
const repeated = (values: readonly number[], counts: readonly number[]) =>
  values.flatMap((value, index) => Array.from({ length: counts[index]! }, () => value));

describe.each(Object.entries(rates))("%s", (_, rate) => {
  const averages = ["micro", "macro", "weighted", "none"] as const;

  test.each(averages)("%s of class indices is that of their one-hot rows", async (average) => {
    const ofIndices = await valueOf(rate(targets, predictions, { average, classes: 3 }));
    expect(await valueOf(rate(rowsOf(targets), rowsOf(predictions), { average }))).toEqual(ofIndices);
  });

  test("weights count as often as samples are repeated", async () => {
    const weights = [1, 2, 0, 3, 1, 1, 2, 0, 4, 1];
    for (const average of averages) {
      const options = { average, classes: 3 };
      expect(await valueOf(rate(targets, predictions, { ...options, weights }))).toEqual(
        await valueOf(rate(repeated(targets, weights), repeated(predictions, weights), options)),
      );
      expect(await valueOf(rate(rowsOf(targets), rowsOf(predictions), { average, weights }))).toEqual(
        await valueOf(rate(targets, predictions, { ...options, weights })),
      );
    }
  });

  test("the means are those of each class", async () => {
    const each = (await valueOf(rate(targets, predictions, { average: "none", classes: 3 }))) as number[];
    const total = each.reduce((left, right) => left + right, 0);
    expect(await valueOf(rate(targets, predictions, { average: "macro", classes: 3 }))).toBeCloseTo(total / 3, 6);
    const weighted = (each[0]! * 3 + each[1]! * 3 + each[2]! * 4) / 10;
    expect(await valueOf(rate(targets, predictions, { average: "weighted", classes: 3 }))).toBeCloseTo(weighted, 6);
  });

  test("binary is the rate of class 1, also of each label by itself", async () => {
    const [yes, no] = [
      [1, 0, 1, 1, 0, 0],
      [1, 1, 0, 1, 0, 1],
    ];
    const each = (await valueOf(rate(yes, no, { average: "none" }))) as number[];
    expect(await valueOf(rate(yes, no))).toBe(each[1]);
    expect(await valueOf(rate([yes.slice(0, 3), yes.slice(3)], [no.slice(0, 3), no.slice(3)]))).toBe(each[1]);
  });

  test("a score at the threshold is no prediction", async () => {
    const scores = [0.5, 0.75, 0.25, 0.625];
    const chosen = await valueOf(rate([1, 0, 1, 1], [0, 1, 0, 1]));
    expect(await valueOf(rate([1, 0, 1, 1], scores, { threshold: 0.5 }))).toBe(chosen);
  });

  test("nothing is undefined, and so whenUndefined", async () => {
    for (const average of ["binary", ...averages] as const) {
      const got = await valueOf(rate(new Int32Array(0), new Int32Array(0), { average, whenUndefined: -2 }));
      expect(got).toEqual(average === "none" ? [-2, -2] : -2);
    }
  });

  test("refuses what has no class", async () => {
    await expect(valueOf(rate([0, 2], [0, 1], { average: "macro" }))).rejects.toThrow(
      "targets must be integers from 0 to 1, got 2 at [1]",
    );
    await expect(valueOf(rate([0, 1], [0, 2]))).rejects.toThrow(
      "predictions must be integers from 0 to 1, got 2 at [1]",
    );
    await expect(valueOf(rate([[0, 1]], [[0.5, 1]]))).rejects.toThrow(
      "predictions must be multi-hot (0 or 1), got 0.5",
    );
    expect(() => rate([[0, 1]], [[0, 1]], { classes: 3 })).toThrow(
      "classes must be the length of the last axis of targets",
    );
    expect(() =>
      rate(
        [0, 1],
        [
          [0, 1],
          [1, 0],
        ],
      ),
    ).toThrow("targets and predictions must both be [batch], or both [batch, classes], got f32[2] and f32[2,2].");
  });
});

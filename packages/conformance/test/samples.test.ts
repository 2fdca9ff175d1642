/** Are there samples of any loss, of the catalogue or not? */
import type { Tensor } from "@symloss/core";
import { defineLoss, losses } from "@symloss/losses";
import { expect, test } from "vitest";
import { lossSamples } from "../src/index.ts";

const own = defineLoss(
  {
    name: "own",
    arguments: { labels: { shape: "[batch]", elements: "classIndex" }, scores: "[batch, classes]" },
    options: { form: { kind: "choice", choices: ["one", "two"], default: "one" } },
    results: { loss: "[batch]" },
  },
  (labels: Tensor, scores: Tensor) => scores.sum(1).sub(labels.cast("float32")),
);

test("a user's loss has one for each of its choices, of the lengths that are asked for", () => {
  const samples = lossSamples(own, { lengths: { batch: 5, classes: 4 } });
  expect(samples.map(({ title, name }) => [title, name])).toEqual([
    ["own one", "own"],
    ["own two", "own"],
  ]);
  for (const { inputs, options, loss } of samples) {
    expect(inputs).toMatchObject({
      labels: { dtype: "int32", shape: [5] },
      scores: { dtype: "float32", shape: [5, 4] },
    });
    expect((loss(inputs, options) as Tensor).toString()).toBe("f32[5]");
  }
});

test("a loss of the catalogue has the same by its name and by itself", () => {
  expect(lossSamples(losses.huber)).toEqual(lossSamples("huber"));
});

test.each([["hubber"], [3], [() => 1], [{ definition: {} }]])("there are none of %s", (loss) => {
  expect(() => lossSamples(loss as "huber")).toThrow(
    expect.objectContaining({
      name: "OutOfRangeError",
      message: expect.stringMatching(/^lossSamples: name must be "absoluteDifferences" or .*, got /) as string,
    }),
  );
});

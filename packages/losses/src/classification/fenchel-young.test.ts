import { type Tensor, norm, softmax } from "@symloss/core";
import { describe, expect, it } from "vitest";
import { elementsOf, gradientsOf } from "../../test/on-cpu.ts";
import { squaredDifferences } from "../regression/squared-differences.ts";
import { fenchelYoung } from "./fenchel-young.ts";
import { softmaxCrossentropyLogits } from "./softmax-crossentropy.ts";

const scores = [
  [1, -2, 0.5],
  [0, 3, -1],
];
const targets = [
  [0, 1, 0],
  [0, 0, 1],
];

const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5) as number);

describe("fenchelYoung", () => {
  it("is the cross entropy for logSumExp, whose gradient is the softmax less the targets", async () => {
    const loss = fenchelYoung((x) => x.logSumExp(-1));
    expect(await elementsOf(loss(scores, targets))).toEqual(
      close(await elementsOf(softmaxCrossentropyLogits(targets, scores))),
    );
    const [gradient] = await gradientsOf((x) => loss(x, targets), scores);
    expect(gradient).toEqual(close(await elementsOf(softmax(scores).sub(targets))));
  });

  it("is half the squared difference for half the squared norm, but for that of the targets", async () => {
    const half = (x: Tensor) => norm(x, -1).square().mul(0.5);
    expect(await elementsOf(fenchelYoung(half)(scores, targets).add(0.5))).toEqual(
      close(await elementsOf(squaredDifferences(scores, targets).sum(-1).mul(0.5))),
    );
  });

  it("has leading axes of which one argument has all", async () => {
    const loss = fenchelYoung((x) => x.max(-1));
    expect((await elementsOf(loss([scores, scores], targets))).length).toBe(4);
    expect(() => loss([[1, 2]], [[[1]], [[2]]])).toThrow("d is 2 in scores and 1 in targets");
  });

  it("refuses a function that does not give one number for each row", () => {
    expect(() => fenchelYoung((x) => x.max())(scores, targets)).toThrow(
      "fenchelYoung: maxFunction must give [..] for scores [.., d], got f32[] for f32[2,3].",
    );
    expect(() => fenchelYoung((() => 1) as never)(scores, targets)).toThrow(
      "fenchelYoung: maxFunction must return a Tensor, got 1.",
    );
  });
});

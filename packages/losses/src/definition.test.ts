import { type Tensor, compile, valueAndGrad } from "@symloss/core";
import { describe, expect, expectTypeOf, it } from "vitest";
import { elementsOf, engine, valueOf } from "../test/on-cpu.ts";
import {
  type HuberArguments,
  type HuberOptions,
  type VaeGmmResult,
  clusteringAccuracy,
  huber,
  losses,
  reduce,
  softmaxCrossentropyLogits,
  sparseSoftmaxCrossentropyLogits,
  squaredDifferences,
  vae,
  vaeGmm,
} from "./index.ts";

const targets = [0, 0];
const predictions = [0.5, 3];

describe("a loss", () => {
  it("takes its arguments by position or by name, in any order", async () => {
    const expected = [0.125, 1.375];
    expect(await valueOf(huber(targets, predictions, { delta: 0.5 }))).toEqual(expected);
    expect(await valueOf(huber({ targets, predictions }, { delta: 0.5 }))).toEqual(expected);
    expect(await valueOf(huber({ predictions, targets }, { delta: 0.5 }))).toEqual(expected);
    expect(await valueOf(huber(targets, predictions, {}))).toEqual([0.125, 2.5]);
    expect(await valueOf(huber(targets, predictions, { delta: undefined }))).toEqual([0.125, 2.5]);
  });

  it("is traced with tensors, and differentiated", async () => {
    const step = compile(
      valueAndGrad((logits, labels) => sparseSoftmaxCrossentropyLogits(labels, logits).mean()),
      { engine },
    );
    const [loss, gradient] = await step([[0, 0]], [1]);
    expect(loss.item()).toBeCloseTo(Math.LN2, 6);
    expect(gradient.toArray()).toEqual([[0.5, -0.5]]);
    await step.dispose();
  });

  it("is itself a function that can be compiled", async () => {
    const compiled = compile(huber, { engine });
    expect((await compiled(targets, predictions)).toArray()).toEqual([0.125, 2.5]);
    expect((await compiled(targets, predictions, { delta: 0.5 })).toArray()).toEqual([0.125, 1.375]);
    await compiled.dispose();
  });

  it("gives several results in a record", async () => {
    const result = vaeGmm([[0]], [[2]], [[1]], [[0]], [[1], [1]], [[0], [0]], [-0.5, -0.5]);
    expect(Object.keys(result)).toEqual(Object.keys(vaeGmm.definition.results));
    expect(await elementsOf(result.loss)).toEqual(
      [2.5 - Math.fround(Math.LN2)].map((value) => expect.closeTo(value, 5) as number),
    );
  });

  it("has exact types", () => {
    expectTypeOf(huber(targets, predictions)).toEqualTypeOf<Tensor>();
    expectTypeOf(huber({ targets, predictions })).toEqualTypeOf<Tensor>();
    expectTypeOf<HuberArguments>().toHaveProperty("targets");
    expectTypeOf<HuberOptions>().toHaveProperty("delta");
    expectTypeOf(vaeGmm).returns.toEqualTypeOf<VaeGmmResult>();
    expectTypeOf((logits: Tensor, labels: Tensor) =>
      softmaxCrossentropyLogits(labels, logits),
    ).returns.toEqualTypeOf<Tensor>();
    const wrong = [
      // @ts-expect-error there is no such option
      () => huber(targets, predictions, { dleta: 1 }),
      // @ts-expect-error there is no such argument
      () => huber({ targets, prediction: predictions }),
      // @ts-expect-error an argument is missing
      () => huber(targets),
      // @ts-expect-error there is no such formula
      () => vae([[0]], [[0]], [[0]], [[1]], { formula: "right" }),
      // @ts-expect-error there are no options
      () => squaredDifferences(1, 2, { delta: 1 }),
      // @ts-expect-error the number of clusters is no array
      () => clusteringAccuracy([0], [0], [1]),
      // @ts-expect-error there is no such reduction
      () => reduce([1], { reduction: "average" }),
    ];
    for (const call of wrong) expect(call).toThrow(/must .*, got /);
  });
});

describe("the catalogue", () => {
  it("has each loss under its own name", () => {
    expect(Object.keys(losses)).toHaveLength(14);
    for (const [name, loss] of Object.entries(losses)) expect(loss.definition.name).toBe(name);
  });

  it("says what a loss is called with and what it gives", () => {
    expect(losses.multiclassHingeLoss.definition).toEqual({
      name: "multiclassHingeLoss",
      arguments: [
        { name: "predictions", shape: "[.., classes]", elements: "float", differentiable: true },
        {
          name: "targets",
          shape: "[..] or [.., classes]",
          elements: "classIndex",
          differentiable: false,
          help: "Targets are class indices or one-hot rows.",
        },
      ],
      broadcasts: false,
      options: { delta: { kind: "tensor", shape: "[..]", must: "nonNegative", default: 1 } },
      results: { loss: "[..]" },
    });
  });

  it("calls a loss by names that are known only now", async () => {
    const [name, options]: [string, Record<string, unknown>] = ["huber", { delta: 0.5 }];
    const result = losses[name as keyof typeof losses]({ targets, predictions }, options);
    expect(await valueOf(result as Tensor)).toEqual([0.125, 1.375]);
  });
});

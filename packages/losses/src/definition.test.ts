import {
  type NDArray,
  type Tensor,
  type TensorLike,
  compile,
  compileSync,
  grad,
  ndarray,
  valueAndGrad,
} from "@symloss/core";
import { describe, expect, expectTypeOf, it } from "vitest";
import { familySources } from "../test/documentation.ts";
import { elementsOf, engine, valueOf } from "../test/on-cpu.ts";
import {
  type ArgumentsOf,
  type OptionsOf,
  type LossName,
  type VaeGmmResult,
  clusteringAccuracy,
  elementKinds,
  explainedVariance,
  huber,
  losses,
  perplexity,
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

  it("takes arrays of other libraries, which are no record of its arguments", async () => {
    const foreign = { data: Float32Array.of(0.5, 3), shape: [2], dtype: "float32" };
    const clone = structuredClone(ndarray(targets));
    expect(await valueOf(huber(clone, foreign, { delta: 0.5 }))).toEqual([0.125, 1.375]);
    expect(await valueOf(huber(foreign, clone, { delta: 0.5 }))).toEqual([0.125, 1.375]);
    expect(await valueOf(huber({ targets: clone, predictions: foreign }, { delta: 0.5 }))).toEqual([0.125, 1.375]);
    const compiled = compile(huber, { engine });
    expect((await compiled(clone, foreign)).toArray()).toEqual([0.125, 2.5]);
    await compiled.dispose();
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
    expect((await compiled({ targets, predictions })).toArray()).toEqual([0.125, 2.5]);
    expect((await compiled({ predictions, targets }, { delta: 0.5 })).toArray()).toEqual([0.125, 1.375]);
    await compiled.dispose();
    const atOnce = compileSync(huber, { engine });
    expectTypeOf(atOnce({ targets, predictions })).toEqualTypeOf<NDArray>();
    expect(atOnce({ targets, predictions }).toArray()).toEqual(atOnce(targets, predictions).toArray());
    atOnce.dispose();
    const wrong = [
      // @ts-expect-error an argument is missing
      () => compiled(targets),
      // @ts-expect-error an argument is missing
      () => compiled({ targets }),
      // @ts-expect-error there is no such option
      () => compiled(targets, predictions, { dleta: 1 }),
    ];
    expect(wrong).toHaveLength(3);
  });

  it("is given counts and options as they are where they are static", async () => {
    const purity = compile(clusteringAccuracy, { engine, static: [2] });
    expect((await purity([0, 0, 1], [1, 1, 0], 2)).item()).toBe(1);
    const byName = compile(huber, { engine, static: [1] });
    expect((await byName({ targets, predictions }, { delta: 0.5 })).toArray()).toEqual([0.125, 1.375]);
    const corrected = compileSync(vae, { engine, static: [4] });
    const [x, mean, variance] = [[[0.5]], [[0.5]], [[2]]];
    const formulas = (["symjax", "corrected"] as const).map((formula) =>
      corrected(x, x, mean, variance, { formula }).item(),
    );
    expect(formulas[0]).not.toBe(formulas[1]);
    const wrong = [
      // @ts-expect-error a count is no array
      () => compile(clusteringAccuracy, { engine }),
      // @ts-expect-error there is no such formula
      () => corrected(x, x, mean, variance, { formula: "right" }),
    ];
    expect(wrong).toHaveLength(2);
  });

  it("is differentiated by position and by name", async () => {
    const byLogits = grad(perplexity, { wrt: 1 });
    // Of a perplexity of 2, with probabilities of one half.
    expect(await elementsOf(byLogits([1], [[0, 0]]))).toEqual([1, -1]);
    const step = compile(valueAndGrad(explainedVariance), { engine });
    const given = { targets: [1, 2, 3], predictions: [1, 2, 4] };
    const [value, slopes] = await step(given);
    expectTypeOf(slopes).toEqualTypeOf<{ targets: NDArray; predictions: NDArray }>();
    const [same, slope] = await step(given.targets, given.predictions);
    expect([same.item(), slope.toArray()]).toEqual([value.item(), slopes.targets.toArray()]);
    await step.dispose();
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
    expectTypeOf<Parameters<typeof huber>>().toEqualTypeOf<
      [targets: TensorLike, predictions: TensorLike, options?: { readonly delta?: TensorLike | undefined }]
    >();
    expectTypeOf<ArgumentsOf<typeof huber>>().toEqualTypeOf<{
      readonly targets: TensorLike;
      readonly predictions: TensorLike;
    }>();
    expectTypeOf<OptionsOf<typeof vae>["formula"]>().toEqualTypeOf<"symjax" | "corrected" | undefined>();
    expectTypeOf<ArgumentsOf<typeof clusteringAccuracy>["clusters"]>().toEqualTypeOf<number>();
    expectTypeOf<LossName>().extract<"huber" | "sigmoidCrossentropyLogits" | "reduce">().toEqualTypeOf<"huber">();
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
    expect(Object.keys(losses)).toEqual(expect.arrayContaining(["huber", "vae"]));
    for (const [name, loss] of Object.entries(losses)) expect(loss.definition.name).toBe(name);
  });

  it("has every loss that a file of a family makes", () => {
    const made = familySources.flatMap((source) =>
      [...source.matchAll(/^ {2}name: "(\w+)",$/gm)].map(([, name]) => name),
    );
    expect(made.toSorted()).toEqual(Object.keys(losses).toSorted());
  });

  it("names the parameters of each formula as its declaration does, in its order", () => {
    const named = familySources.flatMap((source) => {
      const formula = /defineLoss\(\s*declaration,\s*(\w+)/.exec(source)?.[1];
      if (formula === undefined) return [];
      const parameters = new RegExp(`^function ${formula}\\(([^{)]*)`, "m").exec(source)![1]!;
      return [
        [
          /name: "(\w+)"/.exec(source)![1]!,
          [...parameters.matchAll(/(\w+): (?:Tensor|number)\b/g)].map(([, name]) => name),
        ] as const,
      ];
    });
    expect(Object.fromEntries(named)).toEqual(
      Object.fromEntries(
        Object.entries(losses).map(([name, { definition }]) => [name, definition.arguments.map((one) => one.name)]),
      ),
    );
  });

  it("says of each form of each argument what its elements are", () => {
    const forms = Object.values(losses).flatMap(({ definition }) => definition.arguments.flatMap((one) => one.forms));
    expect(forms.map(({ elements }) => elements).filter((elements) => !Object.hasOwn(elementKinds, elements))).toEqual(
      [],
    );
  });

  it("says what a loss is called with and what it gives", () => {
    expect(losses.multiclassHingeLoss.definition).toEqual({
      name: "multiclassHingeLoss",
      arguments: [
        {
          name: "predictions",
          shape: "[.., classes]",
          elements: "float",
          forms: [{ shape: "[.., classes]", leading: true, axes: ["classes"], elements: "float" }],
          differentiable: true,
        },
        {
          name: "targets",
          shape: "[..] or [.., classes]",
          elements: "classIndex",
          forms: [
            { shape: "[..]", leading: true, axes: [], elements: "classIndex" },
            { shape: "[.., classes]", leading: true, axes: ["classes"], elements: "oneHot" },
          ],
          differentiable: false,
          help: "Targets are class indices or one-hot rows.",
        },
      ],
      broadcasts: false,
      comparesRows: false,
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

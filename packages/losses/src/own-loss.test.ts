import { lossSamples } from "@symloss/conformance";
import {
  type NDArray,
  type Tensor,
  type TensorLike,
  checkGradients,
  compile,
  isSymlossError,
  ndarray,
  valueAndGrad,
  where,
} from "@symloss/core";
import { describe, expect, expectTypeOf, test } from "vitest";
import { engine, valueOf } from "../test/on-cpu.ts";
import {
  type AnyLoss,
  type ArgumentsOf,
  type LossDefinition,
  type LossName,
  type OptionsFor,
  type OptionsOf,
  defineLoss,
  losses,
} from "./index.ts";

const declaration = {
  name: "wing",
  arguments: { targets: "[..]", predictions: "[..]" },
  broadcasts: "oneSided",
  options: {
    width: { kind: "number", must: "positive", default: 10 },
    curvature: { kind: "number", must: "positive", default: 2 },
    scale: { kind: "tensor", shape: "[..]", must: "positive", default: 1 },
    form: { kind: "choice", choices: ["wing", "square"], default: "wing" },
  },
  results: { loss: "[..]" },
} as const;

const wing = defineLoss(
  declaration,
  (targets: Tensor, predictions: Tensor, { width, curvature, scale, form }: OptionsFor<typeof declaration>) => {
    const error = predictions.sub(targets).abs();
    if (form === "square") return error.square().mul(scale);
    const gap = width - width * Math.log1p(width / curvature);
    return where(error.less(width), error.div(curvature).log1p().mul(width), error.sub(gap)).mul(scale);
  },
);

type Loose = (...args: readonly unknown[]) => unknown;

/** The error, as text. */
function refusalOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return isSymlossError(error) ? `${error.name} ${error.message}` : `no error of ours: ${String(error)}`;
  }
  return "no error";
}

describe("a loss that a user defines", () => {
  test("is called by position and by name, with options", async () => {
    expect(await valueOf(wing([0, 0], [2, 20]))).toEqual([
      expect.closeTo(10 * Math.LN2, 5),
      expect.closeTo(10 + 10 * Math.log(6), 4),
    ]);
    expect(await valueOf(wing({ predictions: [2], targets: [0] }, { curvature: 1, width: 4 }))).toEqual([
      expect.closeTo(4 * Math.log(3), 5),
    ]);
    expect(await valueOf(wing([0], [3], { form: "square", scale: [2] }))).toEqual([18]);
  });

  test("is compiled and differentiated, and its gradient is its slope", async () => {
    const step = compile(
      valueAndGrad((predictions: Tensor, targets: Tensor) => wing(targets, predictions).mean()),
      { engine },
    );
    const [loss, gradient] = await step([2], [0]);
    expect([loss.item(), gradient.toArray()]).toEqual([expect.closeTo(10 * Math.LN2, 5), [2.5]]);
    await step.dispose();
    const { kinks, compared } = await checkGradients(
      wing,
      [
        [0, 0, 0, 0],
        [2, 20, 0, 10],
      ],
      { engine },
    );
    expect([compared, kinks.length]).toEqual([8, 4]);
    await checkGradients((scale) => wing([0, 0], [2, 20], { scale }), [1.5], { engine });
  });

  test("refuses what does not fit, by its name", () => {
    const call = wing as unknown as Loose;
    for (const [args, message] of [
      [
        [
          [1, 2],
          [1, 2, 3],
        ],
        /^ShapeError wing: targets and predictions must have shapes that broadcast/,
      ],
      [[[1]], /^ShapeError wing: predictions must be given, got 1 argument\./],
      [
        [{ targets: [1], prediction: [1] }],
        /^ShapeError wing: arguments must be among targets, predictions, got "prediction"\. Did you mean predictions\?/,
      ],
      [
        [[1], [1], { widht: 1 }],
        /^OutOfRangeError wing: options must be among width, .*, got "widht"\. Did you mean width\?/,
      ],
      [[[1], [1], { width: 0 }], /^OutOfRangeError wing: width must be above 0, got 0\./],
      [[[1], [1], { form: "wings" }], /^OutOfRangeError wing: form must be one of "wing", "square", got "wings"\./],
      [["1", [1]], /^DTypeError wing: targets must be /],
    ] as const) {
      expect(refusalOf(() => call(...args))).toMatch(message);
    }
  });

  test("does not change when what it was declared with does", async () => {
    const changing = {
      name: "scaled",
      arguments: { x: "[..]" },
      options: { by: { kind: "number", default: 2 } },
      results: { loss: "[..]" },
    } as const;
    const scaled = defineLoss(changing, (x: Tensor, { by }: { readonly by: number }) => x.mul(by));
    (changing.options.by as { default: number }).default = 3;
    expect(await valueOf(scaled([1]))).toEqual([2]);
  });

  test("has several results in a record, counts, class indices and masks", async () => {
    const hits = defineLoss(
      {
        name: "hits",
        arguments: {
          labels: { shape: "[batch]", elements: "classIndex", of: "classes" },
          scores: "[batch, classes]",
          rounds: { shape: "[]", elements: "count" },
        },
        options: { mask: { kind: "mask", shape: "[batch]" } },
        results: { loss: "[batch]", total: "[]" },
      },
      (labels: Tensor, scores: Tensor, rounds: number, { mask }: { readonly mask: Tensor | undefined }) => {
        const loss = scores.argmax(1).notEqual(labels).cast("float32").mul(rounds);
        return { loss: mask === undefined ? loss : where(mask, loss, 0), total: loss.sum() };
      },
    );
    expectTypeOf(hits).returns.toEqualTypeOf<{ loss: Tensor; total: Tensor }>();
    expectTypeOf<ArgumentsOf<typeof hits>["rounds"]>().toEqualTypeOf<number>();
    const { loss, total } = hits(
      [0, 1],
      [
        [1, 0],
        [1, 0],
      ],
      3,
      { mask: [true, true] },
    );
    expect([await valueOf(loss), await valueOf(total)]).toEqual([[0, 3], 3]);
    expect(
      refusalOf(() =>
        hits(
          [0, 2],
          [
            [1, 0],
            [1, 0],
          ],
          3,
        ),
      ),
    ).toBe("no error");
    await expect(
      valueOf(
        hits(
          [0, 2],
          [
            [1, 0],
            [1, 0],
          ],
          3,
        ).loss,
      ),
    ).rejects.toThrow(/^hits: labels must be integers from 0 to 1, got 2 at/);
  });

  test("has exact types", () => {
    expectTypeOf(wing([1], [2])).toEqualTypeOf<Tensor>();
    expectTypeOf<Parameters<typeof wing>>().toEqualTypeOf<
      [
        targets: TensorLike,
        predictions: TensorLike,
        options?: {
          readonly width?: number | undefined;
          readonly curvature?: number | undefined;
          readonly scale?: TensorLike | undefined;
          readonly form?: "wing" | "square" | undefined;
        },
      ]
    >();
    expectTypeOf<ArgumentsOf<typeof wing>>().toEqualTypeOf<{
      readonly targets: TensorLike;
      readonly predictions: TensorLike;
    }>();
    expectTypeOf<OptionsOf<typeof wing>["form"]>().toEqualTypeOf<"wing" | "square" | undefined>();
    expectTypeOf(compile(wing, { engine })([1], [2])).resolves.toEqualTypeOf<NDArray>();
    const plain = defineLoss(
      { name: "plain", arguments: { x: "[..]", y: "[..]" }, options: {}, results: { loss: "[..]" } },
      // Without a type a parameter is a tensor.
      (x, y) => x.sub(y),
    );
    expectTypeOf(plain([1], [2])).toEqualTypeOf<Tensor>();
    const base = { name: "wrong", arguments: { x: "[..]" }, results: { loss: "[..]" } } as const;
    const several = { results: { loss: "[..]", valid: "[..]" } } as const;
    const wrong = [
      // @ts-expect-error there is no such option
      () => wing([1], [2], { widht: 1 }),
      // @ts-expect-error there is no such argument
      () => wing({ targets: [1], prediction: [1] }),
      // @ts-expect-error there is no such form
      () => wing([1], [2], { form: "wings" }),
      // @ts-expect-error there is no such kind of option
      () => defineLoss({ ...base, options: { a: { kind: "numbr" } } }, (x: Tensor) => x),
      // @ts-expect-error the options have no such name
      () => defineLoss({ ...base, options: { a: { kind: "int" } } }, (x: Tensor, _o: { b: number }) => x),
      // @ts-expect-error an option without a default may be undefined
      () => defineLoss({ ...base, options: { a: { kind: "int" } } }, (x: Tensor, { a }: { a: number }) => x.mul(a)),
      // @ts-expect-error the formula returns no tensor
      () => defineLoss({ ...base, options: {} }, (_x: Tensor) => ({})),
      // @ts-expect-error a result is missing
      () => defineLoss({ ...base, ...several, options: {} }, (x: Tensor) => ({ loss: x })),
      // @ts-expect-error the results are missing
      () => defineLoss({ name: "wrong", arguments: { x: "[..]" }, options: {} }, (x: Tensor) => x),
    ];
    expect(wrong).toHaveLength(9);
  });
});

const base = { name: "wing", arguments: { targets: "[..]" }, options: {}, results: { loss: "[..]" } };
const two = { ...base, arguments: { labels: "[batch]", logits: "[batch, classes]" }, results: { loss: "[batch]" } };
const option = (definition: unknown) => ({ ...base, options: { width: definition } });
const argument = (definition: unknown) => ({ ...base, arguments: { targets: definition } });

describe("a declaration that is none is refused by its place", () => {
  test.each([
    [undefined, /^DTypeError defineLoss: declaration must be a record, got undefined\./],
    [
      { ...base, name: undefined },
      /^OutOfRangeError defineLoss: declaration\.name must be a JavaScript identifier .*, got undefined\./,
    ],
    [{ ...base, name: "smooth wing" }, /declaration\.name must be .*, got "smooth wing"\./],
    [
      { ...base, name: "constructor" },
      /declaration\.name must be .* no name that every object has, got "constructor"\./,
    ],
    [{ ...base, name: "aile\u0301" }, /declaration\.name must be /],
    [
      { ...base, argumens: {} },
      /^OutOfRangeError defineLoss: the properties of wing must be among name, .*, got "argumens"\. Did you mean arguments\?/,
    ],
    [{ ...base, arguments: ["targets"] }, /^DTypeError defineLoss: wing\.arguments must be a record, got a list\./],
    [{ ...base, arguments: {} }, /wing\.arguments must have an array, got a record of nothing\./],
    [
      { ...base, arguments: { k: { shape: "[]", elements: "count" } }, results: { loss: "[]" } },
      /wing\.arguments must have an array, got a record of k\./,
    ],
    [
      { ...base, arguments: { "two words": "[..]" } },
      /a name in wing\.arguments must be a JavaScript identifier .*, got "two words"\./,
    ],
    [
      { ...base, options: undefined },
      /wing\.options must be a record, got undefined\. A loss without options has \{\}\./,
    ],
    [{ ...base, broadcasts: true }, /wing\.broadcasts must be false, "oneSided" or "mutual", got true\./],
    [{ ...base, differentiable: 0 }, /wing\.differentiable must be true or false, got 0\./],
    [{ ...base, comparesRows: true }, /wing\.comparesRows must be given with an axis batch, got none\./],
    [argument(3), /^DTypeError defineLoss: wing\.arguments\.targets must be a record, got 3\./],
    [
      argument("[.., classes"),
      /^OutOfRangeError defineLoss: wing\.arguments\.targets must be axes in brackets, .*, got "\[\.\., classes"\./,
    ],
    [argument("[classes, ..]"), /must be axes in brackets/],
    [argument("[a,b]"), /must be axes in brackets/],
    [argument("[a] or"), /must be axes in brackets/],
    [
      argument({ shap: "[..]" }),
      /the properties of wing\.arguments\.targets must be among shape, .*, got "shap"\. Did you mean shape\?/,
    ],
    [argument({ elements: "float" }), /wing\.arguments\.targets\.shape must be axes in brackets.*, got undefined\./],
    [
      argument({ shape: "[..]", elements: "flaot" }),
      /targets\.elements must be one of float, .*, got "flaot"\. Did you mean float\?/,
    ],
    [
      argument({ shape: "[..] or [.., c]", elements: ["float"] }),
      /targets\.elements must be one kind for each of the 2 shapes, and no count, got \["float"\]\./,
    ],
    [
      argument({ shape: "[..]", elements: "count" }),
      /targets\.shape must be "\[\]" for a count, which is no array, got "\[\.\.\]"\./,
    ],
    [
      argument({ shape: "[..]", check: "simplx" }),
      /targets\.check must be one of none, .*, got "simplx"\. Did you mean simplex\?/,
    ],
    [argument({ shape: "[..]", differentiable: "no" }), /targets\.differentiable must be true or false, got "no"\./],
    [
      argument({ shape: "[..]", elements: "length" }),
      /targets\.of must name the axis that the lengths are of, got undefined\./,
    ],
    [
      { ...two, arguments: { ...two.arguments, labels: { shape: "[batch]", elements: "classIndex", of: "clases" } } },
      /wing\.arguments\.labels\.of must be among batch, classes, got "clases"\. Did you mean classes\?/,
    ],
    [
      {
        ...two,
        arguments: { ...two.arguments, labels: { shape: "[batch]", elements: "classIndex", except: "ignore" } },
      },
      /wing\.arguments\.labels\.except, the name of an int option, must not be given, got "ignore"\. There are none\./,
    ],
    [
      {
        ...two,
        options: { ignoreIndex: { kind: "int" } },
        arguments: { ...two.arguments, labels: { shape: "[batch]", elements: "classIndex", except: "ignore" } },
      },
      /must be among ignoreIndex, got "ignore"\. Did you mean ignoreIndex\?/,
    ],
    [option(1), /^DTypeError defineLoss: wing\.options\.width must be a record, got 1\./],
    [option({}), /wing\.options\.width\.kind must be one of number, int, .*, got undefined\./],
    [option({ kind: "nubmer" }), /width\.kind must be one of .*, got "nubmer"\. Did you mean number\?/],
    [
      option({ kind: "number", min: 1 }),
      /the properties of wing\.options\.width must be among kind, help, must, default, got "min"\./,
    ],
    [
      option({ kind: "number", must: "positiv" }),
      /width\.must must be one of positive, .*, got "positiv"\. Did you mean positive\?/,
    ],
    [
      option({ kind: "number", default: "1" }),
      /^DTypeError defineLoss: wing\.options\.width\.default must be a number, got the string "1"\./,
    ],
    [
      option({ kind: "number", must: "positive", default: 0 }),
      /^OutOfRangeError defineLoss: wing\.options\.width\.default must be above 0, got 0\./,
    ],
    [
      option({ kind: "tensor", shape: "[..]", must: "unitInterval", default: 2 }),
      /width\.default must be from 0 to 1, got 2\./,
    ],
    [option({ kind: "tensor", shape: "[..]", default: [1] }), /width\.default must be a number, got \[1\]\./],
    [option({ kind: "count", default: 0 }), /width\.default must be an integer from 1, got 0\./],
    [option({ kind: "flag" }), /width\.default must be given, got undefined\./],
    [option({ kind: "flag", default: 1 }), /width\.default must be true or false, got 1\./],
    [
      option({ kind: "choice", choices: [], default: "a" }),
      /width\.choices must be a list of different texts and numbers, one at least, got \[\]\./,
    ],
    [option({ kind: "choice", choices: ["a", "a"], default: "a" }), /width\.choices must be a list of different/],
    [
      option({ kind: "choice", choices: ["a", "b"], default: "c" }),
      /width\.default must be one of "a", "b", got "c"\./,
    ],
    [
      option({ kind: "tensor", shape: "[.., classes]" }),
      /width\.shape must have axes that arguments always have \(\.\.\), got "classes" in "\[\.\., classes\]"\./,
    ],
    [
      option({ kind: "axes", shape: "[..]", default: "all" }),
      /width\.default must be an integer, a list of them or null, got the string "all"\./,
    ],
    [
      option({ kind: "axis", of: "classes", default: -1 }),
      /width\.of, the last axis of an argument, must not be given, got "classes"\. There are none\./,
    ],
    [
      option({ kind: "array", shape: "[classes]", elements: "count" }),
      /width\.elements must be those of an array, got "count"\./,
    ],
    [
      option({ kind: "array", shape: "[classes]", elements: ["float", "sign"] }),
      /width\.elements must be one kind for each of the 1 shapes/,
    ],
    [
      {
        ...two,
        options: {
          axis: { kind: "axis", of: "classes", default: -1 },
          other: { kind: "axis", of: "classes", default: -1 },
        },
      },
      /wing\.options must have one axis at most, got axis and other\./,
    ],
    [
      { ...base, options: { targets: { kind: "int" } } },
      /wing\.options\.targets must have a name of its own, got that of an argument\./,
    ],
    [
      { ...base, options: { "a-b": { kind: "int" } } },
      /a name in wing\.options must be a JavaScript identifier .*, got "a-b"\./,
    ],
    [{ ...base, results: {} }, /wing\.results must have a result, got none\./],
    [{ ...base, results: { loss: 1 } }, /wing\.results\.loss must be a shape such as .*, got 1\./],
    [
      { ...base, results: { loss: "[.., clases]" }, arguments: { targets: "[.., classes]" } },
      /wing\.results\.loss must have axes that arguments always have \(\.\., classes\), got "clases" in "\[\.\., clases\]"\. Did you mean classes\?/,
    ],
    [{ ...base, results: { loss: "[batch]" } }, /got "batch" in "\[batch\]"\./],
    [
      { ...two, results: { loss: "[..]" } },
      /axes that arguments always have \(batch, classes\), got "\.\." in "\[\.\.\]"\./,
    ],
    [
      { ...base, arguments: { targets: "[..] or [.., classes]" }, results: { loss: "[classes]" } },
      /got "classes" in "\[classes\]"\./,
    ],
    [
      { ...base, results: { loss: "[..] without the axes" } },
      /wing\.results\.loss must be without axes only if an option is axes, got none\./,
    ],
  ])("%j", (declared, message) => {
    expect(refusalOf(() => (defineLoss as Loose)(declared, (x: Tensor) => x))).toMatch(message);
  });

  test.each([
    [3, /^DTypeError defineLoss: formula must be a function, got 3\./],
    [undefined, /^DTypeError defineLoss: formula must be a function, got undefined\./],
    [
      () => 1,
      /^OutOfRangeError defineLoss: the formula of wing must take labels and logits, got a function of 0 parameters\./,
    ],
    [
      (...all: Tensor[]) => all[0],
      /got a function of 0 parameters\. Those with a default, and lists of the rest, are not counted\./,
    ],
    [(a: Tensor, _b: Tensor, _c: unknown) => a, /must take labels and logits, got a function of 3 parameters\./],
  ])("a formula %s", (formula, message) => {
    expect(refusalOf(() => (defineLoss as Loose)(two, formula))).toMatch(message);
  });

  test("a formula that does not take the options", () => {
    const declared = { ...two, options: { width: { kind: "int" } } };
    expect(refusalOf(() => (defineLoss as Loose)(declared, (a: Tensor) => a))).toMatch(
      /must take labels, logits and the options, got a function of 1 parameter\./,
    );
    expect(refusalOf(() => (defineLoss as Loose)(declared, (a: Tensor, _b: Tensor) => a))).toBe("no error");
  });
});

describe("what a formula returns must be what is declared", () => {
  const define = (results: Readonly<Record<string, string>>, formula: (x: Tensor) => unknown) =>
    (defineLoss as Loose)({ ...two, arguments: { x: "[batch, d]" }, results }, formula) as Loose;
  const x = ndarray([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  const one = { loss: "[batch]" };
  const both = { loss: "[batch]", valid: "[]" };

  test.each([
    [one, (_x: Tensor): unknown => 3, /^DTypeError wing: the formula must return a Tensor, got 3\./],
    [one, (_x: Tensor): unknown => undefined, /^DTypeError wing: the formula must return a Tensor, got undefined\./],
    [
      one,
      (y: Tensor) => ({ loss: y.sum(1) }),
      /^DTypeError wing: the formula must return a Tensor, got a record of loss\./,
    ],
    [one, async (y: Tensor) => y.sum(1), /got a promise\. It is traced, and must not be async\./],
    [
      one,
      async (_x: Tensor) => Promise.reject(new Error("later")),
      /got a promise\. It is traced, and must not be async\./,
    ],
    [one, (y: Tensor) => y, /^ShapeError wing: the formula must return \[batch\], here \[3\], got f32\[3,2\]\./],
    [{ loss: "[batch + 1]" }, (y: Tensor) => y.sum(1), /must return \[batch \+ 1\], here \[4\], got f32\[3\]\./],
    [{ loss: "[d] or []" }, (y: Tensor) => y.sum(1), /must return \[d\] or \[\], here \[2\] or \[\], got f32\[3\]\./],
    [
      both,
      (y: Tensor) => y.sum(1),
      /^DTypeError wing: the formula must return a Tensor for each of loss, valid in a record, got the Tensor f32\[3\]\./,
    ],
    [both, (y: Tensor) => ({ loss: y.sum(1) }), /each of loss, valid in a record, got a record of loss\./],
    [both, (y: Tensor) => ({ loss: y.sum(1), valid: y.sum(), more: y }), /got a record of loss, valid, more\./],
    [
      both,
      (y: Tensor) => ({ loss: y.sum(1), valid: true }),
      /^DTypeError wing: the formula must return as valid a Tensor, got true\./,
    ],
    [
      both,
      (y: Tensor) => ({ loss: y.sum(1), valid: y }),
      /^ShapeError wing: the formula must return as valid \[\], here \[\], got f32\[3,2\]\./,
    ],
  ] as const)("%j %s", (results, formula, message) => {
    expect(refusalOf(() => define(results, formula)(x))).toMatch(message);
  });

  test.each([
    [
      { loss: "[batch + 1]" },
      (y: Tensor) =>
        y
          .sum(1)
          .reshape([3])
          .mul(0)
          .sum()
          .add(ndarray(new Float32Array(4))),
    ],
    [{ loss: "[d] or []" }, (y: Tensor) => y.sum()],
    [{ loss: "[d] or []" }, (y: Tensor) => y.sum(0)],
    [both, (y: Tensor) => ({ valid: y.sum(), loss: y.sum(1) })],
  ] as const)("%j is returned", (results, formula) => {
    expect(refusalOf(() => define(results, formula)(x))).toBe("no error");
  });

  test("an error of the formula's own stays as it is", () => {
    const own = define(one, (_x: Tensor) => {
      throw new RangeError("mine");
    });
    expect(() => own(x)).toThrow(RangeError);
  });
});

/** The declaration that a definition was made of. */
function declarationOf({ arguments: list, name, ...rest }: LossDefinition): object {
  const declared = list.map(({ name: own, forms, ...one }) => [
    own,
    { ...one, elements: forms.length === 1 ? forms[0]!.elements : forms.map(({ elements }) => elements) },
  ]);
  return { name, arguments: Object.fromEntries(declared), ...rest };
}

describe("every loss of the catalogue could be a user's", () => {
  test.each(Object.entries(losses))("%s", (name, loss: AnyLoss) => {
    const names = loss.definition.arguments.map((one) => one.name);
    const formula = (...given: readonly unknown[]): unknown => {
      const { axis: _, ...options } = (given[names.length] ?? {}) as Readonly<Record<string, unknown>>;
      const kept = loss.definition.options["axis"]?.kind === "axis" ? options : given[names.length];
      return loss(Object.fromEntries(names.map((one, index) => [one, given[index] as Tensor])), kept as typeof options);
    };
    Object.defineProperty(formula, "length", { value: names.length });
    const own = (defineLoss as Loose)(declarationOf(loss.definition), formula) as AnyLoss;
    const same = JSON.parse(JSON.stringify(own.definition)) as object;
    expect(same).toEqual(JSON.parse(JSON.stringify(loss.definition)));
    for (const { inputs, options } of lossSamples(name as LossName, { everyOption: true })) {
      expect(refusalOf(() => own(inputs, options))).toBe("no error");
    }
  });
});

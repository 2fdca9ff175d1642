/**
 * What holds for whole families of losses? Each property is tested over the whole catalogue, from what losses declare, so that a new
 * loss is held to it; where one isn't, it says why, and the reason is tested too.
 */
import { NDArray, type Tensor, add, asTensor, compile, grad, mul, sum } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { type AnyLoss, type LossName, type ReduceOptions, losses, reduce } from "@symloss/losses";
import { describe, expect, test } from "vitest";
import { expectArray, expectThat } from "../src/compare.ts";
import { arrayOf, productOf, sample } from "../src/data.ts";
import { type Call, type Outcome, callsOf, differentiableIn, lengths, outcomeOf } from "../src/families/call.ts";
import { filled, ignoredPlaces, ignoringRows, maskingPlaces, spoil, spoilers } from "../src/families/ignored.ts";
import { derivativeAlong, dot, weightedOutput } from "../src/oracle/differentiate.ts";
import { traceOf } from "../src/oracle/predict.ts";
import { equalities, givenArrays, givenFloats, missingFor, sideOf, usesOf } from "./families/equalities.ts";
import { axesOf, permuteCall, permuteOutcome } from "./families/permutation.ts";

const engine = await cpu({ mode: "interpreter" });
const names = Object.keys(losses) as LossName[];
const calls = names.flatMap((name) => callsOf(name, "float64"));

/** Why a property doesn't hold, by loss and by what of it. */
type Exceptions = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Runs the property for each subject of each call, and demands of every exception that the property does not hold there. */
function forEachSubject(
  subjectsOf: (call: Call) => readonly string[],
  exceptions: Exceptions,
  holds: (call: Call, subject: string) => Promise<void>,
): void {
  const pairs = calls.flatMap((call) => subjectsOf(call).map((subject) => [call.title, subject, call] as const));
  const isExcepted = ([, subject, { name }]: (typeof pairs)[number]) => exceptions[name]?.[subject] !== undefined;
  test.each(pairs.filter((pair) => !isExcepted(pair)))("%s: %s", (_title, subject, call) => holds(call, subject));
  const excepted = pairs.filter(isExcepted);
  const keys = new Set(excepted.map(([, subject, { name }]) => `${name}: ${subject}`));
  test.each([...keys])("%s is an exception", async (key) => {
    const ofOne = excepted.filter(([, subject, { name }]) => `${name}: ${subject}` === key);
    const results = await Promise.allSettled(ofOne.map(([, subject, call]) => holds(call, subject)));
    expect(results.map(({ status }) => status)).toContain("rejected");
  });
}

function expectClose(what: string, got: NDArray, { shape, dtype, data }: NDArray, relative = 1e-9): void {
  const finite = [...data].filter(Number.isFinite).map(Math.abs);
  const allowed = relative * Math.max(1, ...finite);
  expectArray(what, got, { shape, dtype, values: data, allowed: () => allowed });
}

function expectOutcome(got: Outcome, want: Outcome, title = ""): void {
  for (const [name, array] of Object.entries(want.values)) expectClose(`${title} ${name}`, got.values[name]!, array);
  for (const [name, array] of Object.entries(want.gradients))
    expectClose(`${title} gradient by ${name}`, got.gradients[name]!, array);
}

describe("rows and the elements of any axis in other places give the same there", () => {
  const exceptions: Exceptions = {
    ctc: {
      classes: "class 0 is the blank",
      time: "time has an order",
      labels: "labels have an order",
    },
    calibrationError: { classes: "of equal probabilities the first class is predicted" },
    cohenKappa: { classes: "but for equal disagreements, classes have an order" },
  };
  forEachSubject(axesOf, exceptions, async (call, axis) => {
    const want = permuteOutcome(call, await outcomeOf(engine, call), axis);
    expectOutcome(await outcomeOf(engine, permuteCall(call, axis)), want);
  });
});

describe("what is added to all logits of a row, or to all scores of a list, changes nothing", () => {
  const exceptions: Exceptions = {
    multilabelSoftMargin: { logits: "each class has a sigmoid of its own" },
    zLoss: { logits: "it is about what the probabilities leave open" },
  };
  const isShifted = (call: Call, name: string) =>
    (/logits$/i.test(name) && call.axes[name]!.at(-1) === "classes") ||
    (/scores$/i.test(name) && call.axes[name]!.at(-1) === "items");
  const shifted = (call: Call) => differentiableIn(call).filter((name) => isShifted(call, name));

  forEachSubject(shifted, exceptions, async (call, name) => {
    const array = call.inputs[name] as NDArray;
    const width = array.shape.at(-1)!;
    const moved = Float64Array.from(array.data, (value, index) => value + 1 + Math.floor(index / width) / 8);
    const inputs = { ...call.inputs, [name]: arrayOf(moved, array.shape, array.dtype) };
    const want = await outcomeOf(engine, call);
    expectOutcome(await outcomeOf(engine, { ...call, inputs }), want);
    const gradient = [...want.gradients[name]!.data];
    for (let start = 0; start < gradient.length; start += width) {
      const total = gradient.slice(start, start + width).reduce((left, right) => left + right);
      expectThat(Math.abs(total) < 1e-12, `the gradient by ${name} must add up to 0 in each row, got ${total}.`);
    }
  });
});

test("a row whose label is ignored is 0, with a gradient of 0, whatever it holds", async () => {
  for (const call of callsWith("ignoreIndex")) {
    const ignoring = ignoringRows(call)!;
    const want = await outcomeOf(engine, ignoring);
    for (const array of [...Object.values(want.values), ...Object.values(want.gradients)])
      if (array.shape[0] === lengths.batch) expectClose(call.title, array, filled(array, 0, 0), 0);
    for (const value of spoilers)
      expectOutcome(await outcomeOf(engine, spoil(ignoring, "..", value)), want, call.title);
  }
});

test("an item that is masked has no influence, and a gradient of 0, whatever it holds", async () => {
  for (const call of callsWith("mask")) {
    const { call: masking, axis } = maskingPlaces(call)!;
    const want = await outcomeOf(engine, masking);
    for (const value of spoilers) expectOutcome(await outcomeOf(engine, spoil(masking, axis, value)), want, call.title);
  }
});

function callsWith(option: string): readonly Call[] {
  return calls.filter(({ name }) => Object.hasOwn(losses[name].definition.options, option));
}

describe("a row that reduce masks has no influence on the mean, nor on the gradients of other rows, whatever it holds", () => {
  const byRow = calls.filter((call) => Object.values(call.axes).every((axes) => axes[0] === "..") && hasRows(call));
  const kept = asTensor(Array.from({ length: lengths.batch }, (_, row) => !ignoredPlaces.includes(row)));

  test.each(byRow.map((call) => [call.title, call] as const))("%s", async (_, call) => {
    const mean = (result: Tensor) => {
      const options: ReduceOptions = { mask: kept.reshape([lengths.batch, ...result.shape.slice(1).map(() => 1)]) };
      return reduce(result, options);
    };
    const want = await outcomeOf(engine, call, mean);
    for (const value of spoilers) {
      const got = await outcomeOf(engine, spoil(call, "..", value), mean);
      expectOutcome({ ...got, gradients: rowsKept(got) }, { ...want, gradients: rowsKept(want) });
    }
  });

  /** The gradients without the masked rows: what was computed from NaN upstream of the mask can carry NaN. */
  function rowsKept({ gradients }: Outcome): Outcome["gradients"] {
    return Object.fromEntries(Object.entries(gradients).map(([name, array]) => [name, filled(array, 0, 0)]));
  }
});

function hasRows({ name }: Call): boolean {
  return Object.values(losses[name].definition.results).every(
    (shape) => /^\[\.\.[\],]/.test(shape) && !shape.includes("without"),
  );
}

describe("the scale of weights leaves a weighted mean, and multiplies a sum", () => {
  const array = arrayOf(sample(6, 1), [6], "float64");
  const weights = arrayOf(sample(6, 2, 0.1, 3), [6], "float64");

  test.each([
    ["weightedMean", 1],
    ["meanOverNonzero", 8],
    ["mean", 8],
    ["sum", 8],
  ] as const)("%s", async (reduction, factor) => {
    const fn = compile(
      (x: Tensor, w: Tensor) => [
        reduce(x, { weights: mul(w, 8), reduction }),
        mul(reduce(x, { weights: w, reduction }), factor),
      ],
      { engine },
    );
    const [scaled, plain] = await fn(array, weights);
    expectClose(reduction, scaled!, plain!);
  });
});

describe("the scale of its weights leaves a metric as it is", () => {
  const exceptions: Exceptions = {
    confusionMatrix: { weights: "it counts" },
    rankingSoftmax: { weights: "they multiply labels" },
  };
  const weightsOf = ({ name, options }: Call) =>
    losses[name].definition.options["weights"]?.kind === "tensor" && !Object.hasOwn(options, "weights")
      ? ["weights"]
      : [];

  forEachSubject(weightsOf, exceptions, async (call, option) => {
    const definition = losses[call.name].definition.options[option] as { readonly shape: string };
    const shape = definition.shape.match(/\.\.|\w+/g)!.map((axis) => lengthOf(call, axis));
    const array = sample(productOf(shape), 5, 0.1, 3);
    const [plain, scaled] = [1, 8].map((factor) => {
      const values = array.map((value) => value * factor);
      return outcomeOf(engine, { ...call, options: { ...call.options, [option]: arrayOf(values, shape, "float64") } });
    });
    expectOutcome(await scaled!, await plain!);
  });
});

function lengthOf({ axes, inputs }: Call, axis: string): number {
  const [name, names] = Object.entries(axes).find(([, list]) => list.includes(axis))!;
  return (inputs[name] as NDArray).shape[names.indexOf(axis)]!;
}

describe("an option that is given at its default is as if it was not given, also as a tensor", () => {
  const defaultsOf = ({ name, options: given }: Call) =>
    Object.entries(losses[name].definition.options).flatMap(([option, definition]) =>
      "default" in definition && typeof definition.default === "number" && !Object.hasOwn(given, option)
        ? [option]
        : [],
    );

  forEachSubject(defaultsOf, {}, async (call, option) => {
    const definition = losses[call.name].definition.options[option]!;
    const usual = (definition as { readonly default: number }).default;
    const values = definition.kind === "tensor" ? [usual, arrayOf([usual], [], "float64")] : [usual];
    const want = await outcomeOf(engine, call);
    for (const value of values)
      expectOutcome(await outcomeOf(engine, { ...call, options: { ...call.options, [option]: value } }), want);
  });
});

describe("equal by definition, in value and gradients", () => {
  const ready = Object.entries(equalities).filter(([, equality]) => missingFor(equality) === undefined);

  test.each(ready)("%s", async (_, { left, right }) => {
    const [got, want] = await Promise.all([left, right].map((side) => valueAndGradients(sideOf(side))));
    for (const [index, array] of want!.entries())
      expectClose(index === 0 ? "value" : `gradient ${index}`, got![index]!, array);
  });

  async function valueAndGradients(fn: (...tensors: Tensor[]) => Tensor): Promise<readonly NDArray[]> {
    // Elements count differently, so that a gradient in the wrong place shows.
    const total = (...tensors: Tensor[]) => {
      const value = fn(...tensors);
      const weights = arrayOf(sample(value.size as number, 3, 1, 2), value.shape as number[], "float64");
      return sum(mul(value, weights));
    };
    const compiled = compile(
      (...tensors: Tensor[]) => [fn(...tensors), ...grad(total, { wrt: [...givenFloats] })(...tensors)],
      {
        engine,
      },
    );
    return compiled(...givenArrays);
  }
});

describe("every loss that has a counterpart is in an equality", () => {
  const used = new Set(Object.values(equalities).flatMap((equality) => [...usesOf(equality)]));
  const definitions = Object.values<AnyLoss>(losses).map(({ definition }) => definition);

  /** Options with a value at which they leave the loss as it is without them. */
  const neutral = ["labelSmoothing", "classWeights", "positiveWeight", "gamma"];
  /** Names of arguments whose distributions have other forms. */
  const representations = /^(logits|probabilities|logProbabilities|logPredictions|logVariances)$/;
  const exceptions: Readonly<Record<string, string>> = {
    ctc: "its probabilities are those of alignments, for which it has no other form",
    topKAccuracy: "it counts which scores are higher, whatever they are",
    binaryAccuracy: "it compares with a threshold, which in another form is another",
    calibrationError: "it is about probabilities alone",
    "circleLoss: gamma": "at 0 it says nothing of its arguments",
  };

  test("of options", () => {
    const options = definitions.flatMap(({ name, options: table }) =>
      Object.keys(table).flatMap((option) => (neutral.includes(option) ? [`${name}: ${option}`] : [])),
    );
    expect(options.filter((option) => !isUsed(option) && exceptions[option] === undefined)).toEqual([]);
  });

  test("of class indices", () => {
    const sparse = definitions.filter(({ arguments: list }) => {
      const shapes = list.flatMap(({ forms }) => forms.map(({ shape, elements }) => `${shape} ${elements}`));
      return shapes.includes("[..] classIndex") && shapes.some((shape) => shape.startsWith("[.., classes]"));
    });
    const forgotten = sparse.map(({ name }) => name).filter((name) => !isUsed(name) && exceptions[name] === undefined);
    expect(forgotten).toEqual([]);
  });

  test("of logits and probabilities", () => {
    const represented = definitions.filter(({ arguments: list }) =>
      list.some(({ name }) => representations.test(name)),
    );
    const forgotten = represented
      .map(({ name }) => name)
      .filter((name) => !isUsed(name) && exceptions[name] === undefined);
    expect(forgotten).toEqual([]);
  });

  test("and an exception is of none", () => {
    expect(Object.keys(exceptions).filter(isUsed)).toEqual([]);
  });

  /** By its own name or by that under which it is also exported. */
  function isUsed(use: string): boolean {
    return used.has(use) || used.has(use.replace(/^sparseSigmoid/, "sigmoid"));
  }
});

describe("gradients are the slopes of the values, at points within", () => {
  const ofWeights = "the weights are constants to the gradient";
  const exceptions: Exceptions = {
    circleLoss: { embeddings: ofWeights },
    ciouLoss: { targets: ofWeights },
    generalizedDice: { targets: ofWeights },
    klDivergenceProbabilities: { probabilities: "the gradient passes where they are clipped" },
  };

  forEachSubject(differentiableIn, exceptions, async (call, name) => {
    const inside = within(call);
    const { gradients } = await outcomeOf(engine, inside);
    const { value, error, slope, size } = slopeOf(inside, name, gradients[name]!);
    const allowed = 1e-6 * Math.max(1, size);
    expectThat(error <= allowed, `the differences along ${name} must converge, got an error of ${error}.`);
    expectThat(Math.abs(slope - value) <= allowed, `the slope along ${name} must be ${value}, got ${slope}.`);
  });

  function slopeOf(call: Call, name: string, gradient: NDArray) {
    const arrays = Object.entries(call.inputs).filter(
      (entry): entry is [string, NDArray] => entry[1] instanceof NDArray,
    );
    const loss: AnyLoss = losses[call.name];
    const fn = (...tensors: Tensor[]): Tensor => {
      const named = Object.fromEntries(arrays.map(([argument], index) => [argument, tensors[index]!]));
      const result = loss({ ...call.inputs, ...named }, call.options);
      const results =
        Object.keys(loss.definition.results).length === 1
          ? [result as Tensor]
          : (Object.values(result as object) as Tensor[]);
      return results
        .filter(({ dtype }) => dtype.startsWith("float"))
        .map((one) => sum(one))
        .reduce((left, right) => add(left, right));
    };
    const list = arrays.map(([, array]) => array);
    const scalar = weightedOutput(traceOf(fn, list), [[1]]);
    const position = arrays.findIndex(([argument]) => argument === name);
    const direction = sample(gradient.size, 31, 0.1, 0.5);
    const slopes = [...gradient.data];
    return {
      slope: dot(slopes, direction),
      size: dot(slopes.map(Math.abs), direction.map(Math.abs)),
      ...derivativeAlong(
        scalar,
        list.map(({ data }) => [...data]),
        position,
        direction,
        2 ** -10,
      ),
    };
  }
});

/** The call with what may lie at a border moved away from it. */
function within(call: Call): Call {
  const inputs = Object.entries(call.inputs).map(([name, value]) => {
    if (!(value instanceof NDArray) || !value.dtype.startsWith("float")) return [name, value] as const;
    const elements = call.elements[name]!;
    const move =
      elements === "probability"
        ? (x: number) => 0.1 + 0.8 * x
        : elements === "nonNegative"
          ? (x: number) => x + 0.1
          : (x: number) => x;
    return [name, arrayOf(Float64Array.from(value.data, move), value.shape, value.dtype)] as const;
  });
  return { ...call, inputs: Object.fromEntries(inputs) };
}

describe("values and gradients are numbers at degenerate points", () => {
  /** What each argument of floats is filled with; elements of a narrower kind are kept. */
  const fillings: Readonly<Record<string, (index: number) => number>> = {
    "all 0": () => 0,
    "all equal": () => 0.75,
    "all large": () => 1e4,
    "equal pairs": (index) => Math.sin(1 + index),
  };
  const ofConstants = "what is constant has no correlation";
  const ofAbsent = "the score of a class that occurs nowhere is NaN";
  const exceptions: Exceptions = {
    pearsonCorrelation: { "all 0": ofConstants, "all equal": ofConstants, "all large": ofConstants },
    concordanceCorrelation: { "all 0": ofConstants, "all equal": ofConstants, "all large": ofConstants },
    spearmanCorrelation: { "all 0": ofConstants, "all equal": ofConstants, "all large": ofConstants },
    kendallTau: { "all 0": ofConstants, "all equal": ofConstants, "all large": ofConstants },
    jaccardScore: { "all 0": ofAbsent, "all equal": ofAbsent, "all large": ofAbsent, "equal pairs": ofAbsent },
  };

  forEachSubject(
    () => Object.keys(fillings),
    exceptions,
    async (call, filling) => {
      const inputs = Object.entries(call.inputs).map(([name, value]) => [
        name,
        value instanceof NDArray && call.elements[name]! === "float" && value.dtype === "float64"
          ? arrayOf(
              Float64Array.from(value.data, (_, index) => fillings[filling]!(index)),
              value.shape,
              value.dtype,
            )
          : value,
      ]);
      const { values, gradients } = await outcomeOf(engine, { ...call, inputs: Object.fromEntries(inputs) });
      for (const [name, { data }] of [...Object.entries(values), ...Object.entries(gradients)])
        expectThat(!data.some(Number.isNaN), `${name} must be numbers, got ${[...data].join(", ")}.`);
    },
  );
});

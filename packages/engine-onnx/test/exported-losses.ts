/**
 * Which models do the tests of export check? Every loss with all its gradients, in every way that its definition tells, for any batch; and
 * one that a user might define.
 */
import { type LossSample, lossSamples } from "@symloss/conformance";
import { type NDArray, type Shape, type Tensor, compile, ndarray, sum, valueAndGrad, where } from "@symloss/core";
import { type AnyLoss, type OptionsFor, defineLoss, losses } from "@symloss/losses";
import { cpu } from "@symloss/engine-cpu";
import type * as ort from "onnxruntime-web/wasm";
import { type ModelInput, exportOnnx } from "../src/export.ts";
import { compareArrays } from "./compare.ts";

/** A loss as it is exported. */
export interface ExportedLoss {
  readonly title: string;
  readonly loss: AnyLoss;
  readonly inputs: Readonly<Record<string, ModelInput>>;
  readonly gradient: readonly string[];
  /** Arguments that are counts. */
  readonly counts: Readonly<Record<string, number>>;
  readonly options: Readonly<Record<string, unknown>>;
  /** Inputs for a batch of this size. */
  readonly arraysFor: (batch: number) => Arrays;
}

/** The arrays of a run, by name. */
type Arrays = Readonly<Record<string, NDArray>>;

const lengths = { classes: 5, D: 6, K: 3, clusters: 4, factors: 2, pieces: 2 };

/** What `..` stands for: a batch of any length, alone, of rows, and of series whose length is not known either. */
const leadings: readonly Shape[] = [["batch"], ["batch", 3], ["batch", "time"]];

/** The lengths of a run for what has a name. */
const timeSteps = 2;

/** Which losses are also exported with int64 inputs: of class indices, with and without a gradient, and of other labels. */
const int64Losses: readonly string[] = ["sparseSoftmaxCrossentropyLogits", "accuracy", "adjustedRandIndex"];

const wingDeclaration = {
  name: "wing",
  arguments: { targets: "[..]", predictions: "[..]" },
  broadcasts: "oneSided",
  options: {
    width: { kind: "number", must: "positive", default: 10 },
    scale: { kind: "tensor", shape: "[..]", must: "positive", default: 1 },
    line: { kind: "choice", choices: ["straight", "none"], default: "straight" },
  },
  results: { loss: "[..]" },
} as const;

const wing = defineLoss(
  wingDeclaration,
  (targets: Tensor, predictions: Tensor, { width, scale, line }: OptionsFor<typeof wingDeclaration>) => {
    const error = predictions.sub(targets).abs();
    const curve = error.log1p().mul(width);
    const straight = error.sub(width - width * Math.log1p(width));
    return (line === "none" ? curve : where(error.less(width), curve, straight)).mul(scale);
  },
);

/**
 * Every model: each loss in each form, with each choice and with every option, of each number of axes that it takes. A curve has a point
 * more than its batch, a length that has no name: its models are for one batch.
 */
export const exportedLosses: readonly ExportedLoss[] = [...Object.values(losses), wing].flatMap((loss) => {
  const { definition } = loss;
  if (Object.values(definition.results).some((shape) => shape.includes("batch + 1"))) return [];
  const hasLeading = definition.arguments.some(({ forms }) => forms.some(({ leading }) => leading));
  return (hasLeading ? leadings : [["batch"]]).flatMap((leading) => {
    const samples = (batch: number) =>
      lossSamples(loss, { lengths: { ...lengths, batch }, leading: concrete(leading, batch), everyOption: true });
    const models = samples(1).map((sample, index) => exportedLoss(sample, leading, (batch) => samples(batch)[index]!));
    if (leading.length === 1)
      return int64Losses.includes(definition.name) ? [...models, int64Model(models[0]!)] : models;
    // More axes make no difference to a choice: the first call and that with every option.
    const some = [...new Set([models[0]!, models.at(-1)!])];
    return definition.broadcasts === false ? some : [...some, broadcastModel(models[0]!)];
  });
});

function exportedLoss(
  sample: LossSample<string>,
  leading: Shape,
  sampleFor: (batch: number) => LossSample<string>,
): ExportedLoss {
  const { loss } = sample;
  const shapes = Object.entries(sample.forms).map(([name, form]): [string, ModelInput] => {
    const { dtype, shape, rank } = sample.inputs[name] as NDArray;
    const start = rank - form.axes.length;
    const axes = form.axes.map((axis, index) => (axis === "batch" ? axis : shape[start + index]!));
    return [name, { shape: [...(form.leading ? leading : []), ...axes], dtype }];
  });
  return {
    title: `${sample.title} of ${shapes.map(([, { shape }]) => `[${shape.join()}]`).join(" ")}`,
    loss,
    inputs: Object.fromEntries(shapes),
    gradient: loss.definition.arguments.filter(({ differentiable }) => differentiable).map(({ name }) => name),
    counts: countsOf(sample),
    options: sample.options,
    arraysFor: (batch) => arraysOf(sampleFor(batch)),
  };
}

/** The same, but for the last argument, which is one row for all. */
function broadcastModel(model: ExportedLoss): ExportedLoss {
  const last = Object.keys(model.inputs).at(-1)!;
  const spec = model.inputs[last]!;
  const row = { ...spec, shape: spec.shape.slice(1) };
  const isAsLongAsBatch = row.shape.includes("batch");
  return {
    ...model,
    title: `${model.title}, ${last} [${row.shape.join()}]`,
    inputs: { ...model.inputs, [last]: row },
    arraysFor: (batch) => {
      const { data, shape, dtype } = model.arraysFor(isAsLongAsBatch ? batch : 1)[last]!;
      const rowShape = shape.slice(1);
      const size = rowShape.reduce((product, length) => product * length, 1);
      return { ...model.arraysFor(batch), [last]: ndarray(data.slice(0, size), rowShape, dtype) };
    },
  };
}

/** The same, but for its integers, which are int64 in the file. */
function int64Model(model: ExportedLoss): ExportedLoss {
  const inputs = Object.entries(model.inputs).map(([name, input]): [string, ModelInput] => [
    name,
    input.dtype === "int32" ? { ...input, dtype: "int64" } : input,
  ]);
  return { ...model, title: `int64 ${model.title}`, inputs: Object.fromEntries(inputs) };
}

function concrete(leading: Shape, batch: number): number[] {
  return leading.map((length) => (length === "batch" ? batch : length === "time" ? timeSteps : Number(length)));
}

function countsOf({ inputs }: LossSample<string>): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(inputs).filter((pair): pair is [string, number] => typeof pair[1] === "number"),
  );
}

function arraysOf({ inputs }: LossSample<string>): Arrays {
  return Object.fromEntries(
    Object.entries(inputs).filter((pair): pair is [string, NDArray] => typeof pair[1] !== "number"),
  );
}

/** The bytes of its file. */
export function exportLoss(exported: ExportedLoss): Uint8Array {
  return exportOnnx(functionOf(exported), {
    inputs: exported.inputs,
    gradient: exported.gradient,
    outputs: resultNames(exported),
  });
}

/** The names of all outputs. */
function outputNames(exported: ExportedLoss): string[] {
  return [...resultNames(exported), ...exported.gradient.map((name) => `gradient_${name}`)];
}

/** What every output must be, by the definition of each operation. */
async function expectedOutputs(exported: ExportedLoss, arrays: Arrays): Promise<NDArray[]> {
  const fn = functionOf(exported);
  const engine = await cpu({ mode: "interpreter" });
  const withGradients = (tensors: Readonly<Record<string, Tensor>>): readonly Tensor[] => {
    const chosen = Object.fromEntries(exported.gradient.map((name) => [name, tensors[name]!]));
    if (exported.gradient.length === 0) return listOf(fn(tensors));
    const [, gradients, results] = valueAndGrad(
      (wrt: Readonly<Record<string, Tensor>>) => {
        const all = listOf(fn({ ...tensors, ...wrt }));
        return [sum(all[0]!), all] as const;
      },
      { auxiliary: true },
    )(chosen);
    return [...results, ...Object.values(gradients)];
  };
  const compiled = compile(withGradients, { engine });
  return compiled(arrays);
}

function functionOf({
  loss,
  counts,
  options,
}: ExportedLoss): (inputs: Readonly<Record<string, Tensor>>) => Tensor | Readonly<Record<string, Tensor>> {
  return (inputs) => loss({ ...inputs, ...counts }, options);
}

function listOf(result: Tensor | Readonly<Record<string, Tensor>>): readonly Tensor[] {
  return "operation" in result ? [result as Tensor] : Object.values(result);
}

function resultNames({ loss }: ExportedLoss): string[] {
  return Object.keys(loss.definition.results);
}

/** Losses in whose gradients numbers that were rounded nearly cancel, or are multiplied before they enter exponents. */
const leeways: Readonly<Record<string, number>> = { barlowTwins: 100, infoNce: 100 };

/** What of a session's outputs is not as it must be, in words. */
export async function differencesOf(
  exported: ExportedLoss,
  { Tensor }: Pick<typeof ort, "Tensor">,
  session: Pick<ort.InferenceSession, "run">,
  batches: readonly number[],
): Promise<string[]> {
  const differences: string[] = [];
  for (const batch of batches) {
    const arrays = exported.arraysFor(batch);
    const feeds = Object.entries(arrays).map(([name, { data, shape, dtype }]) => [
      name,
      exported.inputs[name]!.dtype === "int64"
        ? new Tensor("int64", BigInt64Array.from(data as Int32Array, BigInt), shape)
        : new Tensor(dtype as "float32", data as Float32Array, shape),
    ]);
    const outputs = await session.run(Object.fromEntries(feeds));
    const expected = await expectedOutputs(exported, arrays);
    for (const [index, name] of outputNames(exported).entries()) {
      const { dims, data } = outputs[name]!;
      differences.push(
        ...compareArrays(
          `${name} of batch ${batch}`,
          { shape: dims, data: data as Float32Array },
          expected[index]!,
          leeways[exported.loss.definition.name],
        ),
      );
    }
  }
  return differences;
}

/** Which models do the tests of export check? Every loss with all its gradients, both formulas where it has two, for any batch. */
import { type InputSpec, type NDArray, type Tensor, compile, ndarray, sum, valueAndGrad } from "@symloss/core";
import { type AnyLoss, type LossName, losses } from "@symloss/losses";
import { cpu } from "@symloss/engine-cpu";
import type * as ort from "onnxruntime-web/wasm";
import { exportOnnx } from "../src/export.ts";
import { compareArrays } from "./compare.ts";

/** A loss as it is exported. */
export interface ExportedLoss {
  readonly title: string;
  readonly loss: AnyLoss;
  readonly inputs: Readonly<Record<string, InputSpec>>;
  readonly gradient: readonly string[];
  /** Arguments that are counts. */
  readonly counts: Readonly<Record<string, number>>;
  readonly options: Readonly<Record<string, unknown>>;
  /** How many classes the indices have. */
  readonly classes: number;
}

/** The arrays of a run, by name. */
type Arrays = Readonly<Record<string, NDArray>>;

const n = "batch";

const autoencoder = { x: [n, 6], xHat: [n, 6] };
const mixture = { ...autoencoder, zMean: [n, 3], zLogVariance: [n, 3], mean: [4, 3], logVariance: [4, 3], logPi: [4] };
const pieces = {
  ...autoencoder,
  zMean: [n, 2, 3],
  zLogVariance: [n, 2, 3],
  mean: [2, 4, 3],
  logVariance: [2, 4, 3],
  logPi: [2, 4],
};
const factors = {
  x: [n, 6],
  xReconstruction: [n, 6],
  xLogVariance: [6],
  zLogVariance: [3],
  qMean: [n, 3],
  qLogVariance: [n, 3],
  mean: [2, 4, 3],
  qLogGamma: [n, 2, 4],
  qLogEta: [n, 2],
  logPi: [2, 4],
  logPiA: [2],
};

type Shapes = Readonly<Record<string, readonly (number | string)[]>>;
type Extra = Partial<Pick<ExportedLoss, "counts" | "options" | "classes">> & { readonly indices?: readonly string[] };

/** A row for each loss; a loss of the catalogue without one does not compile. */
const table: { readonly [Name in LossName]: readonly (readonly [Shapes, Extra?])[] } = {
  huber: [
    [{ targets: [n, 3], predictions: [n, 3] }, { options: { delta: 0.5 } }],
    [{ targets: [n], predictions: [n] }],
  ],
  squaredDifferences: [[{ x: [n, 3], y: [n, 3] }], [{ x: [n, 3], y: [3] }]],
  explainedVariance: [
    [{ targets: [n, 3], predictions: [n, 3] }],
    [{ targets: [n, 3], predictions: [n, 3] }, { options: { axis: 0 } }],
  ],
  softmaxCrossentropyLogits: [[{ labels: [n, 5], logits: [n, 5] }]],
  sparseSoftmaxCrossentropyLogits: [
    [
      { labels: [n], logits: [n, 5] },
      { indices: ["labels"], classes: 5 },
    ],
    [
      { labels: [n, "time"], logits: [n, "time", 5] },
      { indices: ["labels"], classes: 5 },
    ],
  ],
  sparseSigmoidCrossentropyLogits: [[{ labels: [n, 3], logits: [n, 3] }]],
  hingeLoss: [[{ predictions: [n], targets: [n] }]],
  multiclassHingeLoss: [
    [
      { predictions: [n, 5], targets: [n] },
      { indices: ["targets"], classes: 5 },
    ],
  ],
  accuracy: [
    [
      { targets: [n], predictions: [n, 5] },
      { indices: ["targets"], classes: 5 },
    ],
    [
      { targets: [n], predictions: [n] },
      { indices: ["targets", "predictions"], classes: 5 },
    ],
  ],
  clusteringAccuracy: [
    [
      { labels: [n], predictions: [n] },
      { indices: ["labels", "predictions"], classes: 4, counts: { clusters: 4 } },
    ],
  ],
  vae: ["symjax", "corrected"].map((formula) => [
    { ...autoencoder, qMean: [n, 3], qVariance: [n, 3] },
    { options: { formula } },
  ]),
  vaeGmm: ["symjax", "corrected"].map((formula) => [mixture, { options: { formula } }]),
  vaeCompGmm: [
    [pieces, { options: { formula: "symjax" } }],
    [pieces, { options: { formula: "corrected", logVarianceX: 0.5 } }],
  ],
  fgmmVae: ["bernoulli", "categorical"].flatMap((mode) =>
    ["symjax", "corrected"].map((formula) => [factors, { options: { mode, formula } }] as const),
  ),
};

/** Every model. */
export const exportedLosses: readonly ExportedLoss[] = Object.entries(table).flatMap(([name, rows]) =>
  rows.map(([shapes, { indices = [], counts = {}, options = {}, classes = 0 } = {}]): ExportedLoss => {
    const loss = losses[name as LossName];
    const given = Object.entries(shapes);
    const scored = given.filter(([input]) => !indices.includes(input)).map(([input]) => input);
    const text = Object.values(options).join(" ");
    return {
      title: [
        name,
        ...(text === "" ? [] : [text]),
        `of ${given.map(([, shape]) => `[${shape.join()}]`).join(" ")}`,
      ].join(" "),
      loss,
      inputs: Object.fromEntries(
        given.map(([input, shape]) => [input, { shape, dtype: indices.includes(input) ? "int32" : "float32" }]),
      ),
      gradient: name === "accuracy" ? [] : scored,
      counts,
      options,
      classes,
    };
  }),
);

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

/** Inputs for a batch of this size. */
function sampleInputs({ inputs, loss, classes }: ExportedLoss, batch: number): Arrays {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, dtype = "float32" }], seed) => {
      const lengths = shape.map((length) => (length === n ? batch : length === "time" ? 2 : Number(length)));
      const positive = loss.definition.arguments.find((argument) => argument.name === name)!.elements === "positive";
      const size = lengths.reduce((left, right) => left * right, 1);
      const values = Array.from({ length: size }, (_, index) => {
        const noise = Math.sin(12.9898 * (index + 1) + 78.233 * (seed + 1)) * 43758.5453;
        const unit = noise - Math.floor(noise);
        if (dtype === "int32") return Math.floor(unit * classes);
        if (name === "x" && loss.definition.name === "fgmmVae") return unit;
        return positive ? unit + 0.1 : 4 * unit - 2;
      });
      return [name, ndarray(values, lengths, dtype)];
    }),
  );
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
  return (await compiled(arrays)) as NDArray[];
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

/** What of a session's outputs is not as it must be, in words. */
export async function differencesOf(
  exported: ExportedLoss,
  { Tensor }: Pick<typeof ort, "Tensor">,
  session: Pick<ort.InferenceSession, "run">,
  batches: readonly number[],
): Promise<string[]> {
  const differences: string[] = [];
  for (const batch of batches) {
    const arrays = sampleInputs(exported, batch);
    const feeds = Object.entries(arrays).map(([name, { data, shape, dtype }]) => [
      name,
      new Tensor(dtype as "float32", data as Float32Array, shape),
    ]);
    const outputs = await session.run(Object.fromEntries(feeds));
    const expected = await expectedOutputs(exported, arrays);
    for (const [index, name] of outputNames(exported).entries()) {
      const { dims, data } = outputs[name]!;
      differences.push(
        ...compareArrays(`${name} of batch ${batch}`, { shape: dims, data: data as Float32Array }, expected[index]!),
      );
    }
  }
  return differences;
}

/** Which evaluation is it that a command line describes? */
import { type ArrayInput, type DType, type Tensor, isTensor, ndarray } from "@symloss/core";
import { type ColumnSpec, type Evaluation, type Source, type Statistic, evaluation, states } from "@symloss/evaluation";
import { type AnyLoss, elementTraits } from "@symloss/losses";
import { Failure } from "../failure.ts";
import { findLoss } from "../find-loss.ts";
import { metrics } from "./metrics.ts";
import type { EvaluationSpec } from "./spec.ts";

/** Statistics by the names that a report has them under: "loss", and metrics as they were given. */
export type NamedStatistics = Readonly<Record<string, Statistic>>;

/** The evaluation. If a single column has several numbers in each row, the first rows of the source say how many. */
export async function evaluationOf(spec: EvaluationSpec, source: Source): Promise<Evaluation<NamedStatistics>> {
  const loss = spec.loss === undefined ? undefined : await findLoss(spec.loss);
  const single = Object.values(spec.columns).filter((text) => !/[*,]/.test(text));
  const shapes = await rowShapesOf(source, single);
  const columns: Record<string, ColumnSpec> = {};
  for (const [name, text] of Object.entries(spec.columns)) {
    const dtype = dtypeOf(loss, name, spec);
    const shape = shapes.get(text) ?? [];
    if (single.includes(text)) columns[name] = { dtype, shape, column: text };
    else columns[name] = [text.includes(",") ? text.split(",") : text, dtype];
  }
  if (spec.weights !== undefined) columns[rowWeights] = [spec.weights, spec.dtype];
  return evaluation((given) => statisticsOf(spec, loss, given), { columns, query: spec.query, batch: spec.batch });
}

/** The name of the weights, which no argument has. */
const rowWeights = "row weights";

/** The shapes that rows of columns have, by the first of them. */
async function rowShapesOf(source: Source, names: readonly string[]): Promise<ReadonlyMap<string, readonly number[]>> {
  const shapes = new Map<string, readonly number[]>();
  for await (const shard of source.shards()) {
    for await (const batch of shard.read((column) => names.includes(column))) {
      for (const [name, values] of Object.entries(batch)) shapes.set(name, rowShapeOf(values));
      return shapes;
    }
  }
  return shapes;
}

/** Of the first row that is not null; if all are, what is wrong with them is told where they are read. */
function rowShapeOf(values: unknown): readonly number[] {
  const first = Array.isArray(values) ? values.find((row) => row !== null && row !== undefined) : undefined;
  if (Array.isArray(first) || ArrayBuffer.isView(first)) return ndarray(first as ArrayInput).shape;
  const { shape } = (values ?? {}) as { readonly shape?: readonly number[] };
  return Array.isArray(shape) ? shape.slice(1) : [];
}

function dtypeOf(loss: AnyLoss | undefined, name: string, { dtype }: EvaluationSpec): DType {
  const form = loss?.definition.arguments.find((argument) => argument.name === name);
  if (form === undefined) return name === "labels" ? "int32" : dtype;
  const own = elementTraits[form.elements].dtype;
  return own === "float" ? dtype : own;
}

function statisticsOf(
  spec: EvaluationSpec,
  loss: AnyLoss | undefined,
  given: Readonly<Record<string, Tensor>>,
): NamedStatistics {
  const weights = given[rowWeights];
  const rows = loss === undefined ? undefined : lossOf(loss, spec, given);
  const inputs = { loss: rows, weights, columns: given, exact: spec.exact };
  const own = spec.metrics.map(({ title, name, parameter }): readonly [string, Statistic] => [
    title,
    metrics[name].statistic(inputs, parameter),
  ]);
  if (rows === undefined) return Object.fromEntries(own);
  return { loss: states.mean(rows, { weights }), ...Object.fromEntries(own) };
}

/** A loss that is one number of all rows, and the metric that may be meant. */
function together({ definition: { name } }: AnyLoss): string {
  const help = Object.hasOwn(metrics, name) ? ` Did you mean --metrics ${name}?` : "";
  return `${name}, which takes rows together.${help}`;
}

/** [rows] the loss of each row: the mean, if there are several in one. */
function lossOf(loss: AnyLoss, { options, counts }: EvaluationSpec, given: Readonly<Record<string, Tensor>>): Tensor {
  const names = loss.definition.arguments.map(({ name }) => name).filter((name) => Object.hasOwn(given, name));
  const result = loss({ ...Object.fromEntries(names.map((name) => [name, given[name]!])), ...counts }, options);
  const tensor = isTensor(result) ? result : result["loss"]!;
  if (tensor.rank === 0) throw new Failure(`--loss must give a number of each row, got ${together(loss)}`);
  const within = tensor.shape.map((_, axis) => axis).slice(1);
  return within.length === 0 ? tensor : tensor.mean(within);
}

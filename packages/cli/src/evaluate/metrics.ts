/** Which metrics does a command line know, what do they need, and how are they shown? */
import { type Tensor, logSumExp, softmax, stack } from "@symloss/core";
import { type Statistic, states } from "@symloss/evaluation";
import { Failure } from "../failure.ts";
import { formatBound, formatCount, formatNumber } from "./format.ts";

/** What metrics are made from. */
export interface MetricInputs {
  /** [rows] the loss of each row; undefined if none is evaluated. */
  readonly loss: Tensor | undefined;
  readonly weights: Tensor | undefined;
  /** The arguments by their names. */
  readonly columns: Readonly<Record<string, Tensor>>;
  /** Whether what depends on the order of numbers is known exactly, and not within bounds. */
  readonly exact: boolean;
}

/** What stands in a table under a title. */
export type Cells = readonly (readonly [title: string, text: string])[];

/** A metric, and what a command line says of it. */
interface Metric<Result> {
  /** For help. */
  readonly text: string;
  /** What it is made from: arguments that say what is true and what a model says, or the loss of each row. */
  readonly from: "arguments" | "loss";
  /** What may stand behind its name and a colon. */
  readonly parameter?: {
    readonly name: string;
    readonly default: number;
    /** What help calls the default. */
    readonly called?: string;
  };
  readonly statistic: (inputs: MetricInputs, parameter: number) => Statistic<Result>;
  readonly cells: (result: Result) => Cells;
  /** Lines below the table. */
  readonly lines?: (result: Result) => readonly string[];
}

/** Arguments that say what is true, and what a model says; the first that there is counts. */
const truths = ["labels", "targets"] as const;
const outputs = ["logits", "probabilities", "scores", "predictions"] as const;

/** The names that metrics take. */
export const metricArguments: readonly string[] = [...truths, ...outputs];

function truthOf({ columns }: MetricInputs): Tensor {
  return columns[truths.find((name) => columns[name] !== undefined)!]!;
}

function outputOf({ columns }: MetricInputs): { readonly name: (typeof outputs)[number]; readonly output: Tensor } {
  const name = outputs.find((one) => columns[one] !== undefined)!;
  return { name, output: columns[name]! };
}

/** Throws `Failure` if there is no argument that says what is true, or none that a model says. */
export function requireArguments(metric: string, names: readonly string[]): void {
  for (const group of [truths, outputs]) {
    if (group.some((name) => names.includes(name))) continue;
    const wanted = group.map((name) => `--${name}`).join(" or ");
    throw new Failure(`--metrics ${metric} must have ${wanted}, with the columns that it takes, got none.`);
  }
}

/** [rows] the class of each row: one that is said, or that has the largest score. */
function classesOf(inputs: MetricInputs): { readonly predictions: Tensor; readonly classes: number | undefined } {
  const { name, output } = outputOf(inputs);
  if (output.rank > 1) return { predictions: output.argmax(1), classes: output.shape[1] as number };
  if (name === "predictions") return { predictions: output, classes: undefined };
  return { predictions: output.greater(name === "probabilities" ? 0.5 : 0), classes: 2 };
}

/** [rows] the class that each row has. */
function labelsOf(inputs: MetricInputs): Tensor {
  const labels = truthOf(inputs);
  return labels.rank > 1 ? labels.argmax(1) : labels;
}

/** [rows] what is larger the more probable a class is: of logits the logarithm of its odds, which tells apart what is near 1 in probabilities. */
function scoresOf(inputs: MetricInputs, index: number): Tensor {
  const { name, output } = outputOf(inputs);
  if (output.rank === 1) return output;
  const classes = output.shape[1] as number;
  if (index >= classes) throw new Failure(`A class must be from 0 to ${classes - 1}, got ${index}.`);
  const column = (at: number): Tensor => output.slice([0, at], [undefined, at + 1]).reshape([-1]);
  if (name !== "logits" || classes === 1) return column(index);
  const others = Array.from({ length: classes }, (_, at) => at).filter((at) => at !== index);
  return column(index).sub(logSumExp(stack(others.map(column), 1), 1));
}

function positivesOf(inputs: MetricInputs, index: number): Tensor {
  const { output } = outputOf(inputs);
  return labelsOf(inputs).equal(output.rank === 1 ? 1 : index);
}

/** [rows] how sure the model is of the class that it says. */
function confidencesOf(inputs: MetricInputs): Tensor {
  const { name, output } = outputOf(inputs);
  if (output.rank > 1) return (name === "logits" ? softmax(output, 1) : output).max(1);
  const probability = name === "logits" ? output.sigmoid() : output;
  return probability.maximum(probability.neg().add(1));
}

/** Throws `Failure` if no loss is evaluated. */
function lossOf(metric: string, { loss }: MetricInputs): Tensor {
  if (loss !== undefined) return loss;
  throw new Failure(`--metrics ${metric} must have a --loss, got none.`);
}

function confusionOf(inputs: MetricInputs, parameter: number): Statistic<ConfusionResult> {
  const { predictions, classes } = classesOf(inputs);
  return states.confusion(labelsOf(inputs), predictions, { classes: classes ?? parameter });
}

type ConfusionResult = ReturnType<typeof states.confusion> extends Statistic<infer Result> ? Result : never;
type BoundedResult = ReturnType<typeof states.rocAuc> extends Statistic<infer Result> ? Result : never;

/** The value, and how far it may be off. */
function bounded({ value, least, most, nan }: BoundedResult): string {
  // Of rows that are all positive, or all negative.
  if (Number.isNaN(value) && nan === 0) return "undefined";
  const within = Math.max(value - least, most - value);
  return within > 0 ? `${formatNumber(value)} ± ${formatBound(within)}` : formatNumber(value);
}

const classCount = { name: "classes", default: 2 } as const;
const ofClass = { name: "class", default: 1 } as const;

/** A metric of any result is one of unknown results. */
const metric = <Result>(one: Metric<Result>): Metric<unknown> => one as unknown as Metric<unknown>;

/** The name of a metric. */
export type MetricName =
  | "accuracy"
  | "confusion"
  | "rocAuc"
  | "averagePrecision"
  | "calibration"
  | "moments"
  | "ndcg"
  | "perplexity"
  | "quantiles"
  | "topK";

/** All metrics, by their names. */
export const metrics: Readonly<Record<MetricName, Metric<unknown>>> = {
  accuracy: metric({
    text: "the share of rows whose class is right",
    from: "arguments",
    parameter: classCount,
    statistic: confusionOf,
    cells: ({ accuracy }) => [["accuracy", formatNumber(accuracy)]],
  }),
  confusion: metric({
    text: "accuracy, balanced accuracy, macro precision, recall and F1, Matthews correlation, and the matrix",
    from: "arguments",
    parameter: classCount,
    statistic: confusionOf,
    cells: ({ accuracy, balancedAccuracy, macro, matthewsCorrelation }) => [
      ["accuracy", formatNumber(accuracy)],
      ["balanced", formatNumber(balancedAccuracy)],
      ["precision", formatNumber(macro.precision)],
      ["recall", formatNumber(macro.recall)],
      ["F1", formatNumber(macro.f1)],
      ["MCC", formatNumber(matthewsCorrelation)],
    ],
    lines: ({ matrix }) => [
      "Rows are what is right, columns what was said:",
      ...matrix.map(
        (row, index) => `${String(index).padStart(5)}: ${row.map((count) => String(count).padStart(8)).join("")}`,
      ),
    ],
  }),
  rocAuc: metric({
    text: "the area under the ROC curve of a class against the others",
    from: "arguments",
    parameter: ofClass,
    statistic: (inputs, index) =>
      states.rocAuc(positivesOf(inputs, index), scoresOf(inputs, index), { exact: inputs.exact }),
    cells: (result) => [["ROC AUC", bounded(result)]],
  }),
  averagePrecision: metric({
    text: "the average precision of a class against the others",
    from: "arguments",
    parameter: ofClass,
    statistic: (inputs, index) =>
      states.averagePrecision(positivesOf(inputs, index), scoresOf(inputs, index), { exact: inputs.exact }),
    cells: (result) => [["AP", bounded(result)]],
  }),
  calibration: metric({
    text: "how far confidence and accuracy are apart, in bins",
    from: "arguments",
    parameter: { name: "bins", default: 15 },
    statistic: (inputs, bins) =>
      states.calibration(confidencesOf(inputs), classesOf(inputs).predictions.equal(labelsOf(inputs)), { bins }),
    cells: ({ expectedError }) => [["ECE", formatNumber(expectedError)]],
  }),
  moments: metric({
    text: "mean squared error, R2 and Pearson's correlation of numbers",
    from: "arguments",
    statistic: (inputs) => states.moments(truthOf(inputs), outputOf(inputs).output),
    cells: ({ meanSquaredError, r2, correlation }) => [
      ["MSE", formatNumber(meanSquaredError)],
      ["R2", formatNumber(r2)],
      ["Pearson", formatNumber(correlation)],
    ],
  }),
  ndcg: metric({
    text: "the normalized discounted cumulative gain of queries, whose column is --query",
    from: "arguments",
    parameter: { name: "k", default: 0, called: "all rows" },
    statistic: (inputs, k) => states.ndcg(truthOf(inputs), outputOf(inputs).output, k === 0 ? {} : { k }),
    cells: ({ mean, queries }) => [
      ["NDCG", formatNumber(mean)],
      ["queries", formatCount(queries)],
    ],
  }),
  perplexity: metric({
    text: "the exponential of the mean loss",
    from: "loss",
    statistic: (inputs) => {
      const loss = lossOf("perplexity", inputs);
      return states.perplexity(loss, inputs.weights === undefined ? {} : { weights: inputs.weights });
    },
    cells: ({ perplexity }) => [["perplexity", formatNumber(perplexity)]],
  }),
  quantiles: metric({
    text: "quantiles of the loss",
    from: "loss",
    statistic: (inputs) => states.quantiles(lossOf("quantiles", inputs), { at: [0.5, 0.9, 0.99], exact: inputs.exact }),
    cells: ({ quantiles }) => quantiles.map(({ at, value }) => [`loss p${100 * at}`, formatNumber(value)] as const),
  }),
  topK: metric({
    text: "the rows of the largest losses",
    from: "loss",
    parameter: { name: "k", default: 10 },
    statistic: (inputs, k) => states.topK(lossOf("topK", inputs), { k }),
    cells: () => [],
    lines: ({ rows }) => [
      "Largest losses:",
      ...rows.map(({ value, shard, row }) => `  ${formatNumber(value).padStart(12)}  ${shard || "row"} ${row}`),
    ],
  }),
};

/** What does a command line that evaluates ask for? Names and numbers, as JSON, from which every worker makes the same evaluation. */
import type { AnyLoss } from "@symloss/losses";
import { Failure } from "../failure.ts";
import { findLoss } from "../find-loss.ts";
import { only } from "../loss-export.ts";
import { asOption, didYouMean } from "../meant.ts";
import { type EvaluateOption, evaluateOptions, isEvaluateOption } from "../own-options.ts";
import { readChoice, readNumber, readOption } from "../values.ts";
import type { Words } from "../words.ts";
import { type MetricName, metricArguments, metrics, requireArguments } from "./metrics.ts";

/** What is evaluated. */
export interface EvaluationSpec {
  readonly loss: string | undefined;
  /** Options of the loss, and its arguments that are counts. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly counts: Readonly<Record<string, number>>;
  /** The columns of the data for each argument: a name, several, or a pattern. */
  readonly columns: Readonly<Record<string, string>>;
  readonly metrics: readonly GivenMetric[];
  /** The column of the weights. */
  readonly weights: string | undefined;
  /** The column of queries. */
  readonly query: string | undefined;
  /** Whether what depends on the order of numbers is known exactly, and not within bounds. */
  readonly exact: boolean;
  readonly dtype: "float32" | "float64";
  readonly batch: number;
}

/** A metric, and the number behind its name. */
export interface GivenMetric {
  /** As it was given: `rocAuc:3`. */
  readonly title: string;
  readonly name: MetricName;
  readonly parameter: number;
}

type GivenOptions = Words["options"];

/** The evaluation that the options describe. Throws `Failure` if one is unknown, invalid or missing. */
export async function readSpec({ options: given, flags }: Words, command: string): Promise<EvaluationSpec> {
  const name = only(given, "loss");
  const loss = name === undefined ? undefined : await findLoss(name);
  const wanted = readMetrics(only(given, "metrics"));
  if (loss === undefined && wanted.length === 0) {
    throw new Failure(
      `${command} must be given a --loss, --metrics, or both, got neither. symloss help evaluate shows them.`,
    );
  }
  if (loss === undefined) requireNoLoss(wanted);
  const ranking = wanted.find(({ name: own }) => own === "ndcg");
  if (ranking !== undefined && !given.has("query")) {
    throw new Failure(`--metrics ${ranking.title} must have --query, the column of queries, got none.`);
  }
  const columns = columnsOf(loss, wanted, given);
  return {
    loss: name,
    ...readLossOptions(loss, columns, given),
    columns,
    metrics: wanted,
    weights: only(given, "weights"),
    query: only(given, "query"),
    exact: flags.has("exact"),
    dtype: readChoice("dtype", only(given, "dtype") ?? "float32", ["float32", "float64"] as const),
    batch: readCount(given, "batch") ?? 4096,
  };
}

/** An integer from 1; undefined if it was not given. */
export function readCount(given: GivenOptions, name: EvaluateOption): number | undefined {
  const text = only(given, name);
  if (text === undefined) return undefined;
  const count = readNumber(name, text);
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new Failure(`--${name} must be an integer from 1, got ${JSON.stringify(text)}.`);
}

function readMetrics(text: string | undefined): readonly GivenMetric[] {
  const titles = text?.split(",") ?? [];
  const twice = titles.find((title, index) => titles.indexOf(title) !== index);
  if (twice !== undefined) throw new Failure(`--metrics must name each once, got ${JSON.stringify(twice)} twice.`);
  return titles.map(readMetric);
}

function readMetric(title: string): GivenMetric {
  const [name = "", parameter, ...rest] = title.split(":");
  if (!isMetric(name) || rest.length > 0) {
    const names = Object.keys(metrics);
    throw new Failure(
      `--metrics must be among ${names.join(", ")}, got ${JSON.stringify(title)}.${didYouMean(name, names)}`,
    );
  }
  const taken = metrics[name].parameter;
  if (parameter === undefined) return { title, name, parameter: taken?.default ?? 0 };
  const value = Number(parameter);
  if (taken !== undefined && parameter !== "" && Number.isSafeInteger(value) && value >= 0) {
    return { title, name, parameter: value };
  }
  const form = taken === undefined ? name : `${name}:${taken.name.toUpperCase()}, an integer,`;
  throw new Failure(`--metrics must be ${form} for ${name}, got ${JSON.stringify(title)}.`);
}

function isMetric(name: string): name is MetricName {
  return Object.hasOwn(metrics, name);
}

function requireNoLoss(wanted: readonly GivenMetric[]): void {
  const lacking = wanted.find(({ name }) => metrics[name].from === "loss");
  if (lacking !== undefined) throw new Failure(`--metrics ${lacking.title} must have a --loss, got none.`);
}

/** The columns of each argument of the loss, and of those that metrics take; its own name if nothing else is said. */
function columnsOf(
  loss: AnyLoss | undefined,
  wanted: readonly GivenMetric[],
  given: GivenOptions,
): Readonly<Record<string, string>> {
  const ofLoss =
    loss?.definition.arguments.filter(({ elements }) => elements !== "count").map(({ name }) => name) ?? [];
  const takesArguments = wanted.filter(({ name }) => metrics[name].from === "arguments");
  const ofMetrics = takesArguments.length === 0 ? [] : metricArguments.filter((name) => given.has(name));
  const names = [...new Set([...ofLoss, ...ofMetrics])];
  for (const { title } of takesArguments) requireArguments(title, names);
  return Object.fromEntries(names.map((name) => [name, only(given, name) ?? name]));
}

/** What else the loss takes. Throws `Failure` if there is an option that nobody takes. */
function readLossOptions(
  loss: AnyLoss | undefined,
  columns: EvaluationSpec["columns"],
  given: GivenOptions,
): Pick<EvaluationSpec, "options" | "counts"> {
  const { arguments: wanted = [], options: table = {} } = loss?.definition ?? {};
  const countNames = wanted.filter(({ elements }) => elements === "count").map(({ name }) => name);
  const counts: Record<string, number> = {};
  const options: Record<string, unknown> = {};
  for (const name of given.keys()) {
    if (isEvaluateOption(name) || Object.hasOwn(columns, name)) continue;
    if (countNames.includes(name)) counts[name] = readNumber(name, only(given, name)!);
    else if (Object.hasOwn(table, name)) options[name] = readOption(name, only(given, name)!, table[name]!);
    else throw new Failure(unknownOption(name, [...Object.keys(columns), ...countNames, ...Object.keys(table)]));
  }
  const missing = countNames.find((name) => counts[name] === undefined);
  if (missing !== undefined) throw new Failure(`--${missing} must be given for ${loss!.definition.name}, got nothing.`);
  return { options, counts };
}

function unknownOption(got: string, own: readonly string[]): string {
  const names = [...own, ...Object.keys(evaluateOptions)];
  return `The options must be among ${names.map(asOption).join(", ")}, got ${asOption(got)}.${didYouMean(got, names, asOption)}`;
}

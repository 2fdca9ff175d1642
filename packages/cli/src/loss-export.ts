/** What does a command line that exports a loss ask for? */
import type { AnyLoss, LossDefinition } from "@symloss/losses";
import { Failure } from "./failure.ts";
import { asOption, didYouMean } from "./meant.ts";
import { exportOptions, isExportOption } from "./own-options.ts";
import { type InputTypes, type ModelInputs, inputsOf, parseShape } from "./shapes.ts";
import { readChoice, readNumber, readOption } from "./values.ts";
import type { Words } from "./words.ts";

/** Everything needed to export a loss. */
export interface LossExport {
  readonly loss: AnyLoss;
  readonly inputs: ModelInputs;
  /** Arguments that are counts. */
  readonly counts: Readonly<Record<string, number>>;
  readonly options: Readonly<Record<string, unknown>>;
  readonly reduction: Reduction;
  readonly gradient: readonly string[];
}

const reductions = ["none", "sum", "mean"] as const;

/** What is made of the losses. */
export type Reduction = (typeof reductions)[number];

type GivenOptions = Words["options"];

/** The export that the options describe. Throws `Failure` if one is unknown, invalid or missing. */
export function readExport(loss: AnyLoss, given: GivenOptions): LossExport {
  const { definition } = loss;
  const counts: Record<string, number> = {};
  const options: Record<string, unknown> = {};
  const countNames = definition.arguments.filter(({ elements }) => elements === "count").map(({ name }) => name);
  for (const name of given.keys()) {
    if (isExportOption(name)) continue;
    const option = Object.hasOwn(definition.options, name) ? definition.options[name] : undefined;
    if (countNames.includes(name)) counts[name] = readNumber(name, only(given, name)!);
    else if (option !== undefined) options[name] = readOption(name, only(given, name)!, option);
    else throw new Failure(unknownOption(definition, name));
  }
  const missing = countNames.find((name) => counts[name] === undefined);
  if (missing !== undefined) throw new Failure(`--${missing} must be given for ${definition.name}, got nothing.`);
  const inputs = inputsOf(definition, (given.get("shape") ?? []).map(parseShape), readTypes(given));
  requireLabels(inputs, given);
  const both = Object.keys(inputs.options).find((name) => name in options);
  if (both !== undefined) throw new Failure(`--${both} must be a value or an input of the model, got both.`);
  return {
    loss,
    inputs,
    counts,
    options,
    reduction: readReduction(definition, given),
    gradient: readGradient(definition, inputs, given),
  };
}

/** The value of an option that may be given once; undefined if it was not. */
export function only(given: GivenOptions, name: string): string | undefined {
  const [value, ...more] = given.get(name) ?? [];
  if (more.length === 0) return value;
  throw new Failure(
    `--${name} must be given once, got ${[value, ...more].map((text) => JSON.stringify(text)).join(" and ")}.`,
  );
}

const floatTypes = ["float32", "float64"] as const;
const integerTypes = ["int32", "int64"] as const;

function readTypes(given: GivenOptions): InputTypes {
  return {
    float: readChoice("dtype", only(given, "dtype") ?? "float32", floatTypes),
    int32: readChoice("labels", only(given, "labels") ?? "int32", integerTypes),
    bool: "bool",
  };
}

/** Throws `Failure` if a type is given for labels where there are none. */
function requireLabels({ arguments: list, options }: ModelInputs, given: GivenOptions): void {
  const inputs = Object.entries({ ...list, ...options });
  if (!given.has("labels") || inputs.some(([, { dtype }]) => integerTypes.includes(dtype as never))) return;
  const names = inputs.map(([name]) => name).join(", ");
  throw new Failure(`--labels must be given where an input holds integers, got none among ${names}.`);
}

/** Only a result named loss is reduced: what else there is has no mean that means something. */
function readReduction({ name, results }: LossDefinition, given: GivenOptions): Reduction {
  const reduction = readChoice("reduction", only(given, "reduction") ?? "none", reductions);
  if (reduction === "none" || "loss" in results) return reduction;
  throw new Failure(
    `--reduction must be none for ${name}, whose results are ${Object.keys(results).join(", ")}, got ${reduction}.`,
  );
}

/** The inputs with respect to which a gradient is wanted. Throws `Failure` if one has none, is unknown, or is named twice. */
function readGradient({ name, arguments: wanted }: LossDefinition, inputs: ModelInputs, given: GivenOptions): string[] {
  const names = (given.get("gradient") ?? []).flatMap((list) => list.split(","));
  const differentiable = wanted.filter((argument) => argument.differentiable).map((argument) => argument.name);
  const known = [...differentiable, ...floatsIn(inputs.options)];
  for (const [index, one] of names.entries()) {
    if (differentiable.length === 0) {
      throw new Failure(
        `--gradient must not be given for ${name}, got ${JSON.stringify(one)}. It counts, compares or ranks, and has no gradient.`,
      );
    }
    if (!known.includes(one)) {
      const isArgument = wanted.some((argument) => argument.name === one);
      const help = isArgument ? ` ${name} has no gradient for it.` : didYouMean(one, known);
      throw new Failure(`--gradient must be among ${known.join(", ")}, got ${JSON.stringify(one)}.${help}`);
    }
    if (names.indexOf(one) !== index)
      throw new Failure(`--gradient must name each argument once, got ${JSON.stringify(one)} twice.`);
  }
  return names;
}

function floatsIn(inputs: ModelInputs["options"]): string[] {
  return Object.entries(inputs)
    .filter(([, { dtype }]) => floatTypes.includes(dtype as never))
    .map(([name]) => name);
}

function unknownOption({ name, arguments: wanted, options }: LossDefinition, got: string): string {
  const counts = wanted.filter(({ elements }) => elements === "count").map((argument) => argument.name);
  const names = [...counts, ...Object.keys(options), ...Object.keys(exportOptions)];
  const isArray = wanted.some((argument) => argument.name === got) && !counts.includes(got);
  const help = isArray ? ` It is an input of the model: --shape ${got}=..` : didYouMean(got, names, asOption);
  return `The options of ${name} must be among ${names.map(asOption).join(", ")}, got ${asOption(got)}.${help}`;
}

/** How is a loss of the catalogue written to a .onnx file? */
import { writeFileSync } from "node:fs";
import type { DType, Tensor } from "@symloss/core";
import { nearestName } from "@symloss/core/engine";
import { exportOnnx } from "@symloss/engine-onnx/export";
import { type AnyLoss, type LossDefinition, type OptionDefinition, losses } from "@symloss/losses";
import { Failure } from "./failure.ts";
import { meantBy } from "./meant.ts";
import { type ModelInputs, inputsOf, parseShape } from "./shapes.ts";
import type { Words } from "./words.ts";

/** Everything needed to export a loss. */
interface LossExport {
  readonly loss: AnyLoss;
  readonly inputs: ModelInputs;
  /** Arguments that are counts. */
  readonly counts: Readonly<Record<string, number>>;
  readonly options: Readonly<Record<string, unknown>>;
  readonly gradient: readonly string[];
}

/** Runs the command, and returns what it prints. */
export function runExport(words: Words): string {
  if (words.list)
    return Object.values(losses)
      .map(({ definition }) => signature(definition))
      .join("\n");
  const [name, ...rest] = words.positionals;
  if (words.help || name === undefined) return name === undefined ? usage : helpFor(findLoss(name).definition);
  if (rest.length > 0) throw new Failure(`export must be given one loss, got ${JSON.stringify(rest[0])} as well.`);
  const loss = findLoss(name);
  const path = words.options.get("output")?.at(-1);
  if (path === undefined) throw new Failure(`export must be given a file to write (-o ${name}.onnx), got none.`);
  const bytes = exportLoss(readExport(loss, words));
  writeFileSync(path, bytes);
  return `${path}: ${bytes.length} bytes`;
}

/** The bytes of the exported file. */
function exportLoss({ loss, inputs, counts, options, gradient }: LossExport): Uint8Array {
  const { name, results } = loss.definition;
  const pick = (tensors: Readonly<Record<string, Tensor>>, names: object) =>
    Object.fromEntries(Object.keys(names).map((input) => [input, tensors[input]!]));
  const fn = (tensors: Readonly<Record<string, Tensor>>) =>
    loss({ ...pick(tensors, inputs.arguments), ...counts }, { ...options, ...pick(tensors, inputs.options) });
  return exportOnnx(fn, {
    inputs: { ...inputs.arguments, ...inputs.options },
    outputs: Object.keys(results),
    gradient,
    name,
    metadata: { loss: name, ...textsOf(counts), ...textsOf(options) },
  });
}

/** The export that the command line describes. Throws `Failure` if an option is unknown, invalid or missing. */
function readExport(loss: AnyLoss, { options: given }: Words): LossExport {
  const { definition } = loss;
  const counts: Record<string, number> = {};
  const options: Record<string, unknown> = {};
  const countNames = definition.arguments.filter(({ elements }) => elements === "count").map(({ name }) => name);
  for (const [name, values] of given) {
    if (ownOptions.includes(name)) continue;
    const value = values.at(-1)!;
    const option = Object.hasOwn(definition.options, name) ? definition.options[name] : undefined;
    if (countNames.includes(name)) counts[name] = readNumber(name, value);
    else if (option !== undefined) options[name] = readOption(name, value, option);
    else throw new Failure(unknownOption(definition, name));
  }
  const missing = countNames.find((name) => counts[name] === undefined);
  if (missing !== undefined) throw new Failure(`--${missing} must be given for ${definition.name}, got nothing.`);
  const inputs = inputsOf(
    definition,
    (given.get("shape") ?? []).map(parseShape),
    readDType(given.get("dtype")?.at(-1)),
  );
  return {
    loss,
    inputs,
    counts,
    options,
    gradient: (given.get("gradient") ?? []).flatMap((names) => names.split(",")),
  };
}

/** The loss of that name. Throws `Failure` if there is none. */
function findLoss(name: string): AnyLoss {
  const loss = (losses as Readonly<Record<string, AnyLoss>>)[name];
  if (loss !== undefined && Object.hasOwn(losses, name)) return loss;
  const names = Object.keys(losses).join(", ");
  throw new Failure(`The loss must be one of ${names}, got ${JSON.stringify(name)}.${meantBy(name)}`);
}

const ownOptions = ["shape", "dtype", "gradient", "output"];

type OfKind<K extends OptionDefinition["kind"]> = OptionDefinition & { readonly kind: K };

const readers: {
  readonly [K in OptionDefinition["kind"]]: (name: string, text: string, option: OfKind<K>) => unknown;
} = {
  number: readNumber,
  int: readNumber,
  count: readNumber,
  tensor: readNumber,
  axis: readNumber,
  flag: readFlag,
  choice: (_, text, { choices }) => choices.find((choice) => String(choice) === text) ?? text,
  axes: (name, text) => (text === "null" ? null : text.split(",").map((axis) => readNumber(name, axis))),
  array: readList,
  mask: (name, text) => text.split(",").map((element) => readFlag(name, element)),
};

function readOption<K extends OptionDefinition["kind"]>(name: string, text: string, option: OfKind<K>): unknown {
  const read: (name: string, text: string, option: OfKind<K>) => unknown = readers[option.kind];
  return read(name, text, option);
}

function readFlag(name: string, text: string): boolean {
  if (text === "true" || text === "false") return text === "true";
  throw new Failure(`--${name} must be true or false, got ${JSON.stringify(text)}.`);
}

/** An array of one axis. */
function readList(name: string, text: string): readonly number[] {
  return text.split(",").map((element) => readNumber(name, element));
}

function readNumber(name: string, text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (!Number.isNaN(value)) return value;
  throw new Failure(`--${name} must be a number, got ${JSON.stringify(text)}.`);
}

function readDType(text = "float32"): DType {
  if (text === "float32" || text === "float64") return text;
  throw new Failure(`--dtype must be float32 or float64, got ${JSON.stringify(text)}.`);
}

function textsOf(record: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, String(value)]));
}

const usage = `symloss export LOSS [options] -o FILE

Writes a loss as an ONNX model (opset 17), with gradients on request.

  --shape batch,10           the shape of its largest argument: lengths, or names of lengths known only when it runs
  --shape NAME=batch,4       the shape of one argument, or of an option that is to be an input of the model; may be repeated
  --dtype float64            the dtype of all inputs but indices; default float32
  --gradient NAME,NAME       also output the gradient of the summed loss with respect to these arguments
  -o, --output FILE          the file to write
  --list                     list the losses, with their arguments and options
  --help                     print this text; after a loss, also its options`;

function helpFor(definition: LossDefinition): string {
  const lines = definition.arguments.map(({ name, shape, elements }) => `  ${name} ${shape}, ${elements}`);
  const options = Object.entries(definition.options).map(([name, option]) => `  --${name} ${describeOption(option)}`);
  return [
    signature(definition),
    "",
    "Arguments",
    ...lines,
    ...(options.length === 0 ? [] : ["Options", ...options]),
    "",
    usage,
  ].join("\n");
}

function describeOption(option: OptionDefinition): string {
  const kind = option.kind === "choice" ? option.choices.join(" or ") : kindTexts[option.kind];
  const fallback = "default" in option && option.default !== undefined ? `; default ${String(option.default)}` : "";
  return `${kind}${fallback}`;
}

const kindTexts: Readonly<Record<Exclude<OptionDefinition["kind"], "choice">, string>> = {
  number: "a number",
  int: "an integer",
  count: "an integer from 1",
  flag: "true or false",
  axes: "axes, or null for all",
  axis: "an axis",
  tensor: "a number",
  array: "numbers separated by commas",
  mask: "true or false for each, separated by commas",
};

/** `huber(targets [..], predictions [..]) --delta` */
function signature({ name, arguments: wanted, options }: LossDefinition): string {
  const texts = wanted.map((argument) =>
    argument.elements === "count" ? `--${argument.name}` : `${argument.name} ${argument.shape}`,
  );
  return [`${name}(${texts.join(", ")})`, ...Object.keys(options).map((option) => `--${option}`)].join(" ");
}

function optionNames({ arguments: wanted, options }: LossDefinition): readonly string[] {
  const counts = wanted.filter(({ elements }) => elements === "count").map(({ name }) => name);
  return [...counts, ...Object.keys(options), ...ownOptions];
}

function unknownOption(definition: LossDefinition, got: string): string {
  const names = optionNames(definition);
  const near = nearestName(got, names);
  const help = near === undefined ? "" : ` Did you mean --${near}?`;
  return `The options of ${definition.name} must be among ${names.map((name) => `--${name}`).join(", ")}, got --${got}.${help}`;
}

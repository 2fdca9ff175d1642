/** Which losses can be exported, and what does a command line that exports one say? */
import { type LossDefinition, type OptionDefinition, losses } from "@symloss/losses";
import { findLoss } from "./find-loss.ts";
import { describeFlags, describeOptions, exportOptions } from "./own-options.ts";
import { formatChoices } from "./values.ts";

/** A line for each loss, with its arguments and options. */
export function listLosses(): string {
  return Object.values(losses)
    .map(({ definition }) => signature(definition))
    .join("\n");
}

/** What `export` takes; for a loss also its arguments and options. Throws `Failure` if there is no such loss. */
export async function helpOnExport(loss: string | undefined): Promise<string> {
  return loss === undefined ? usage : helpOnLoss((await findLoss(loss)).definition);
}

const usage = `symloss export LOSS [options] -o FILE

Writes a loss as an ONNX model (opset 17), with gradients on request. LOSS is one that symloss --list shows, or one of your own:
the file that exports it and its name there, ./wing.js#wing.

${[...describeOptions(exportOptions), ...describeFlags()].join("\n")}`;

function helpOnLoss(definition: LossDefinition): string {
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
  const kind = option.kind === "choice" ? formatChoices(option.choices) : kindTexts[option.kind];
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

/** How is a loss called, as TypeScript writes it? */
import type { LossDefinition, OptionDefinition } from "@symloss/losses";

const mostLetters = 92;

/** The two ways to call a loss: its arguments by position, and by name. */
export function signatureOf(name: string, { arguments: wanted, options, results }: LossDefinition): string {
  const given = wanted.map(
    (argument) => `${argument.name}: ${argument.elements === "count" ? "number" : "TensorLike"}`,
  );
  const entries = Object.entries(options).map(([option, definition]) => `${option}?: ${typeOf(definition)}`);
  const last = entries.length === 0 ? [] : [`options?: ${record(entries, "; ", "  ")}`];
  const [single] = Object.keys(results);
  const result =
    Object.keys(results).length === 1 && single !== undefined
      ? "Tensor"
      : record(
          Object.keys(results).map((key) => `${key}: Tensor`),
          "; ",
          "",
        );
  const byName = `named: ${record(given, "; ", "  ")}`;
  return [call(name, [...given, ...last], result), call(name, [byName, ...last], result)].join("\n");
}

function call(name: string, parameters: readonly string[], result: string): string {
  const line = `${name}(${parameters.join(", ")}): ${result};`;
  if (line.length <= mostLetters && !line.includes("\n")) return line;
  return `${name}(\n${parameters.map((parameter) => `  ${parameter},`).join("\n")}\n): ${result};`;
}

function record(entries: readonly string[], separator: string, indent: string): string {
  const line = `{ ${entries.join(separator)} }`;
  if (line.length <= mostLetters - 16) return line;
  return `{\n${entries.map((entry) => `${indent}  ${entry};`).join("\n")}\n${indent}}`;
}

const types: Readonly<Record<Exclude<OptionDefinition["kind"], "choice">, string>> = {
  number: "number",
  int: "number",
  count: "number",
  flag: "boolean",
  axes: "number | readonly number[] | null",
  axis: "number",
  tensor: "TensorLike",
  array: "TensorLike",
  mask: "TensorLike",
};

function typeOf(option: OptionDefinition): string {
  return option.kind === "choice"
    ? option.choices.map((choice) => JSON.stringify(choice)).join(" | ")
    : types[option.kind];
}

/** What did the user ask for? Turns the words of a command line into values, by a table of options that the help is made of too. */
import { parseArgs } from "node:util";
import { Failure } from "./failure.ts";

/** An option that takes a value. */
export interface Option<Value> {
  /** What stands for the value in the help: `NAME`. */
  readonly placeholder: string;
  readonly summary: string;
  /** The value; throws `Failure`, beginning with the option's name, for a text that is none. */
  readonly parse: (text: string, name: string) => Value;
}

/** The options of a command, by name. */
export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** The values of the options that were given. */
export type OptionValues<Table extends OptionTable> = {
  readonly [Name in keyof Table]?: Table[Name] extends Option<infer Value> ? Value : never;
};

/** An option whose value is one of these names. */
export function choice<Name extends string>(names: readonly Name[], summary: string): Option<Name> {
  return {
    placeholder: "NAME",
    summary,
    parse: (text, option) => {
      const name = names.find((known) => known === text);
      if (name === undefined)
        throw new Failure(`${option} must be one of ${names.join(", ")}, got ${JSON.stringify(text)}.`);
      return name;
    },
  };
}

/** An option whose value is a whole number from 1 to `largest`. */
export function count(largest: number, summary: string): Option<number> {
  return {
    placeholder: "N",
    summary,
    parse: (text, option) => {
      const value = /^\d+$/.test(text) ? Number(text) : 0;
      if (value >= 1 && value <= largest) return value;
      throw new Failure(`${option} must be a whole number from 1 to ${largest}, got ${JSON.stringify(text)}.`);
    },
  };
}

/** The values of the options, or `"help"` where that is asked; throws `Failure` for whatever else is not in the table. */
export function parseOptions<Table extends OptionTable>(
  words: readonly string[],
  table: Table,
): OptionValues<Table> | "help" {
  // Not strict: its messages name what is wrong, but not what there is.
  const { tokens } = parseArgs({
    args: [...words],
    options: {
      ...Object.fromEntries(Object.keys(table).map((name) => [name, { type: "string" as const }])),
      help: { type: "boolean", short: "h" },
    },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: Record<string, unknown> = {};
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "option" && token.name === "help") return "help";
    const option = token.kind === "option" && Object.hasOwn(table, token.name) ? table[token.name] : undefined;
    if (token.kind === "positional" || option === undefined) {
      const word = token.kind === "positional" ? token.value : token.rawName;
      throw new Failure(`The options must be among ${optionNames(table).join(", ")}, got ${JSON.stringify(word)}.`);
    }
    if (token.value === undefined)
      throw new Failure(`${token.rawName} must have a value: ${token.rawName} ${option.placeholder}.`);
    values[token.name] = option.parse(token.value, token.rawName);
  }
  return values as OptionValues<Table>;
}

/** A line of help for each option. */
export function describeOptions(table: OptionTable): string {
  const lines = [
    ...Object.entries(table).map(([name, { placeholder, summary }]) => [`--${name} ${placeholder}`, summary] as const),
    ["--help", "show this text"] as const,
  ];
  const width = Math.max(...lines.map(([usage]) => usage.length));
  return lines.map(([usage, summary]) => `  ${usage.padEnd(width)}  ${summary}`).join("\n");
}

function optionNames(table: OptionTable): string[] {
  return [...Object.keys(table), "help"].map((name) => `--${name}`);
}

/** What did the user ask for? Turns the words of a command line into values, by a table of options that the help is made of too. */
import { parseArgs } from "node:util";
import { Failure } from "./failure.ts";
import { suggestion } from "./suggestion.ts";

/** An option. */
export interface Option<Value> {
  /** What stands for the value in the help: `NAME`; empty for an option that takes none. */
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
        throw new Failure(
          `${option} must be one of ${names.join(", ")}, got ${JSON.stringify(text)}.${suggestion(text, names)}`,
        );
      return name;
    },
  };
}

/** An option whose value is a list of these names, between commas; `all` is every one. */
export function choices<Name extends string>(names: readonly Name[], summary: string): Option<readonly Name[]> {
  const one = choice(names, summary);
  return {
    placeholder: "LIST",
    summary,
    parse: (text, option) =>
      text === "all" ? names : [...new Set(text.split(",").map((name) => one.parse(name.trim(), option)))],
  };
}

/** An option that is given or not. */
export function flag(summary: string): Option<true> {
  return { placeholder: "", summary, parse: () => true };
}

/** An option whose value is the path of a file. */
export function file(summary: string): Option<string> {
  return {
    placeholder: "FILE",
    summary,
    parse: (text, option) => {
      if (text === "") throw new Failure(`${option} must be the path of a file, got "".`);
      return text;
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

/** An option whose value is a list of whole numbers of at least 1, between commas. */
export function counts(largest: number, summary: string): Option<readonly number[]> {
  const one = count(largest, summary);
  return {
    placeholder: "N,N",
    summary,
    parse: (text, option) => [...new Set(text.split(",").map((word) => one.parse(word.trim(), option)))],
  };
}

/** An option whose value gives whole numbers of at least 1 to names, of these if they are known: `batch=64,classes=10`. */
export function namedCounts(
  names: readonly string[] | undefined,
  largest: number,
  summary: string,
): Option<Readonly<Record<string, number>>> {
  const name = names === undefined ? anyName : choice(names, summary);
  const value = count(largest, summary);
  return {
    placeholder: "NAME=N,..",
    summary,
    parse: (text, option) =>
      Object.fromEntries(
        text.split(",").map((pair) => {
          const [left = "", right = ""] = pair.split("=");
          const known = name.parse(left.trim(), option);
          return [known, value.parse(right.trim(), `${option} ${known}`)];
        }),
      ),
  };
}

const anyName: Pick<Option<string>, "parse"> = { parse: (text) => text };

/** The values of the options, or `"help"` if that is asked; throws `Failure` for whatever else is not in the table. */
export function parseOptions<Table extends OptionTable>(
  words: readonly string[],
  table: Table,
): OptionValues<Table> | "help" {
  const parsed = parseWords(words, table);
  if (parsed === "help") return "help";
  const [surplus] = parsed.names;
  if (surplus !== undefined) throw unknownOption(surplus, table);
  return parsed.values;
}

/** The words of a command line. */
export interface ParsedWords<Table extends OptionTable> {
  readonly values: OptionValues<Table>;
  /** The words that belong to no option. */
  readonly names: readonly string[];
}

/** The values of the options with the words between them, or `"help"` if that is asked; throws `Failure` for options that are not in the table. */
export function parseWords<Table extends OptionTable>(
  words: readonly string[],
  table: Table,
): ParsedWords<Table> | "help" {
  const values: Record<string, unknown> = {};
  const names: string[] = [];
  for (const token of tokensOf(words, table)) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      names.push(token.value);
      continue;
    }
    const { name, rawName, value } = token;
    if (name === "help") return "help";
    const option = Object.hasOwn(table, name) ? table[name] : undefined;
    if (option === undefined) throw unknownOption(rawName, table);
    values[name] = option.parse(requireValue(rawName, value, option), rawName);
  }
  return { values: values as OptionValues<Table>, names };
}

function tokensOf(words: readonly string[], table: OptionTable) {
  const types = Object.entries(table).map(([name, { placeholder }]) => [
    name,
    { type: placeholder === "" ? ("boolean" as const) : ("string" as const) },
  ]);
  // Not strict: its messages name what is wrong, but not what there is.
  return parseArgs({
    args: [...words],
    options: { ...Object.fromEntries(types), help: { type: "boolean", short: "h" } },
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens;
}

function requireValue(name: string, value: string | undefined, { placeholder }: Option<unknown>): string {
  if (placeholder === "") {
    if (value !== undefined) throw new Failure(`${name} must have no value, got ${JSON.stringify(value)}.`);
    return "";
  }
  if (value === undefined) throw new Failure(`${name} must have a value: ${name} ${placeholder}.`);
  return value;
}

function unknownOption(word: string, table: OptionTable): Failure {
  const names = optionNames(table);
  return new Failure(
    `The options must be among ${names.join(", ")}, got ${JSON.stringify(word)}.${suggestion(word, names)}`,
  );
}

/** A line of help for each option. */
export function describeOptions(table: OptionTable): string {
  const lines = [
    ...Object.entries(table).map(
      ([name, { placeholder, summary }]) => [`--${name} ${placeholder}`.trimEnd(), summary] as const,
    ),
    ["--help", "show this text"] as const,
  ];
  const width = Math.max(...lines.map(([usage]) => usage.length));
  return lines.map(([usage, summary]) => `  ${usage.padEnd(width)}  ${summary}`).join("\n");
}

function optionNames(table: OptionTable): string[] {
  return [...Object.keys(table), "help"].map((name) => `--${name}`);
}

/** What did the user ask for? Parses the words of a command line into options and positional arguments. */
import { parseArgs } from "node:util";
import { Failure } from "./failure.ts";
import { asOption, didYouMean } from "./meant.ts";
import { type Flag, evaluateOptions, exportOptions, flags, isFlag, longNames } from "./own-options.ts";

/** A parsed command line. */
export interface Words {
  readonly positionals: readonly string[];
  /** The values of each option, in the order given. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly flags: ReadonlySet<Flag>;
}

/** Parses the words. Throws `Failure` if an option has no value, or a short one is unknown. */
export function takeApart(words: readonly string[]): Words {
  const { tokens } = parseArgs({
    args: joinValues(words),
    options: { ...parsedAs("string", { ...exportOptions, ...evaluateOptions }), ...parsedAs("boolean", flags) },
    // The options depend on the loss.
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const positionals: string[] = [];
  const options = new Map<string, string[]>();
  const given = new Set<Flag>();
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    if (!rawName.startsWith("--") && !longNames.has(rawName.slice(1))) throw new Failure(unknownShort(rawName));
    if (isFlag(name)) given.add(name);
    else if (value === undefined) throw new Failure(withoutValue(rawName));
    // In `-o=x` the parser takes the sign for part of the value.
    else options.set(name, [...(options.get(name) ?? []), rawName.startsWith("--") ? value : value.replace(/^=/, "")]);
  }
  return { positionals, options, flags: given };
}

/** How the parser is told of options: those with a short form also have it before their value, as in `-ofile`. */
function parsedAs<Type extends "string" | "boolean">(
  type: Type,
  table: Readonly<Record<string, { readonly short?: string }>>,
): Record<string, { type: Type; short?: string }> {
  const entries = Object.entries(table).map(([name, { short }]) => [
    name,
    short === undefined ? { type } : { type, short },
  ]);
  return Object.fromEntries(entries) as Record<string, { type: Type; short?: string }>;
}

/** Turns `--delta 0.5` into `--delta=0.5`: the parser reads no value for an option it does not know, and a value may start with a minus. */
function joinValues(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    if (word === "--") return [...joined, ...words.slice(index)];
    const name = nameBeforeValue(word);
    if (name === undefined) {
      joined.push(word);
      continue;
    }
    const value = words[++index];
    if (value === undefined || /^-(-|[a-z])/i.test(value)) throw new Failure(withoutValue(word));
    joined.push(`--${name}=${value}`);
  }
  return joined;
}

/** The name of the option that a word is, if its value is the next word. Every option has one, but for flags. */
function nameBeforeValue(word: string): string | undefined {
  const { long, short } = /^--(?<long>[\w-]+)$|^-(?<short>[a-z])$/i.exec(word)?.groups ?? {};
  const name = long ?? longNames.get(short ?? "");
  return name === undefined || isFlag(name) ? undefined : name;
}

function unknownShort(word: string): string {
  const known = [...longNames.keys()].map((short) => `-${short}`).join(", ");
  return `A short option must be one of ${known}, got ${word}.`;
}

function withoutValue(word: string): string {
  return `${word} must have a value, got none.${didYouMean(word.replace(/^-+/, ""), Object.keys(flags), asOption)}`;
}

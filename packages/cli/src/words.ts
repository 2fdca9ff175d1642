/** What did the user ask for? Parses the words of a command line into options and positional arguments. */
import { parseArgs } from "node:util";
import { Failure } from "./failure.ts";

/** A parsed command line. */
export interface Words {
  readonly positionals: readonly string[];
  /** The values of each option, in the order given. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly help: boolean;
  readonly list: boolean;
}

/** Parses the words. Throws `Failure` if an option has no value. */
export function takeApart(words: readonly string[]): Words {
  const { tokens } = parseArgs({
    args: joinValues(words),
    options: {
      help: { type: "boolean", short: "h" },
      list: { type: "boolean" },
      output: { type: "string", short: "o" },
    },
    // The options depend on the loss.
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const positionals: string[] = [];
  const options = new Map<string, string[]>();
  const flags = new Set<string>();
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    if (token.name === "help" || token.name === "list") flags.add(token.name);
    else if (token.value === undefined) throw new Failure(`${token.rawName} must have a value, got none.`);
    else options.set(token.name, [...(options.get(token.name) ?? []), token.value]);
  }
  return { positionals, options, help: flags.has("help"), list: flags.has("list") };
}

/** Turns `--delta 0.5` into `--delta=0.5`: the parser reads no value for an option it does not know, and a value may start with a minus. */
function joinValues(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    const next = words[index + 1];
    const takesValue = /^--\w+$/.test(word) && word !== "--help" && word !== "--list";
    if (takesValue && next !== undefined && !/^-(-|[a-z])/i.test(next)) {
      joined.push(`${word}=${next}`);
      index++;
    } else {
      joined.push(word);
    }
  }
  return joined;
}

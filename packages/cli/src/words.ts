/** What did the user ask for? Takes the words of a command line apart into options and what stands by itself. */
import { parseArgs } from "node:util";
import { Failure } from "./failure.ts";

/** The words after a command. */
export interface Words {
  readonly positionals: readonly string[];
  /** Each option's values, in the order in which they were given. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly help: boolean;
  readonly list: boolean;
}

/** The words taken apart; throws `Failure` for an option without its value. */
export function takeApart(words: readonly string[]): Words {
  const { tokens } = parseArgs({
    args: joinValues(words),
    options: {
      help: { type: "boolean", short: "h" },
      list: { type: "boolean" },
      output: { type: "string", short: "o" },
    },
    // Which options there are depends on the loss.
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

/** `--delta 0.5` as `--delta=0.5`: of an option that it does not know the parser takes no value, and a value may begin with a minus. */
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

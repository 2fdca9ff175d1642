/** What does the command line do, and with which exit status? */
import { DTypeError, isSymlossError } from "@symloss/core";
import { type OptionRule, requireRule } from "@symloss/core/engine";
import { runEngines } from "./engines.ts";
import { helpOnEvaluate, helpOnWorker } from "./evaluate/help.ts";
import { runEvaluate } from "./evaluate/evaluate.ts";
import { runWorker } from "./evaluate/worker.ts";
import { runExport } from "./export.ts";
import { helpOnExport, listLosses } from "./export-help.ts";
import { Failure } from "./failure.ts";
import { isPlace } from "./load-loss.ts";
import { asOption, didYouMean, meantBy } from "./meant.ts";
import { type Flag, describeFlags, flags } from "./own-options.ts";
import { readVersion } from "./version.ts";
import { type Words, takeApart } from "./words.ts";

/** Where a program writes. */
export interface Streams {
  out(text: string): void;
  error(text: string): void;
  /** Where a bar is drawn, if there is a terminal. */
  readonly terminal?: { write(text: string): unknown } | undefined;
}

/**
 * Runs a command line, and returns its exit status: 0 if it succeeds, 1 if the user must fix something. Other errors are thrown.
 * Throws `DTypeError` if the words are not a list of strings, or the streams lack `out` or `error`.
 */
export async function runProgram(words: readonly string[], streams: Streams): Promise<number> {
  requireRule("runProgram", "words", wordsRule, words);
  requireRule("runProgram", "streams", streamsRule, streams);
  try {
    streams.out(`${await run(takeApart(words), streams)}\n`);
    return 0;
  } catch (error) {
    if (!isMendable(error)) throw error;
    streams.error(`${error.message}\n`);
    return 1;
  }
}

const wordsRule: OptionRule = {
  must: "a list of strings",
  holds: (value) => Array.isArray(value) && Array.from(value).every((word) => typeof word === "string"),
  error: DTypeError,
};

const streamsRule: OptionRule = {
  must: "{ out, error }, two functions of a string",
  holds: (value) => {
    const { out, error } = (value as Partial<Streams> | null | undefined) ?? {};
    return typeof out === "function" && typeof error === "function";
  },
  error: DTypeError,
};

/** What a command does with the words after its name, and what help says about it. */
interface Command {
  readonly run: (words: Words, streams: Streams) => string | Promise<string>;
  readonly help: (topics: readonly string[]) => string | Promise<string>;
}

const commands: Readonly<Record<string, Command>> = {
  export: { run: runExport, help: ([loss]) => helpOnExport(loss) },
  evaluate: { run: runEvaluate, help: () => helpOnEvaluate },
  worker: { run: runWorker, help: () => helpOnWorker },
  engines: { run: runEngines, help: () => "symloss engines\n\nShows which engines work here, and why others don't." },
  help: { run: ({ positionals }) => helpOn(positionals), help: () => usage },
};

function run(words: Words, streams: Streams): string | Promise<string> {
  const [first, ...positionals] = words.positionals;
  if (words.flags.has("version")) return readVersion();
  if (words.flags.has("help")) return helpOn(words.positionals);
  if (words.flags.has("list")) return listLosses();
  requireOwnFlags(words.flags, first);
  if (first !== undefined) return commandOf(first).run({ ...words, positionals }, streams);
  const [option] = words.options.keys();
  if (option === undefined) return usage;
  const names = Object.keys(flags);
  const known = names.map(asOption).join(", ");
  throw new Failure(
    `Options without a command must be among ${known}, got --${option}.${didYouMean(option, names, asOption)}`,
  );
}

/** The flags that only some commands have, and these. */
const ownFlags: Readonly<Partial<Record<Flag, readonly string[]>>> = {
  json: ["evaluate"],
  exact: ["evaluate", "worker"],
};

/** Throws `Failure` if a flag is given to a command that has it not. */
function requireOwnFlags(given: ReadonlySet<Flag>, command: string | undefined): void {
  for (const flag of given) {
    const having = ownFlags[flag];
    if (having === undefined || (command !== undefined && having.includes(command))) continue;
    const got = command === undefined ? "no command" : JSON.stringify(command);
    throw new Failure(`--${flag} must be given with ${having.join(" or ")}, got ${got}.`);
  }
}

function helpOn([name, ...topics]: readonly string[]): string | Promise<string> {
  return name === undefined ? usage : commandOf(name).help(topics);
}

/** The command of that name. Throws `Failure` if there is none; whoever leaves out the command gives the name of a loss. */
function commandOf(name: string): Command {
  if (Object.hasOwn(commands, name)) return commands[name]!;
  const names = Object.keys(commands);
  const help = isPlace(name)
    ? ` Did you mean export ${name}?`
    : didYouMean(name, names) || meantBy(name, (loss) => `export ${loss}`);
  throw new Failure(
    `The command must be one of ${names.join(", ")}, got ${JSON.stringify(name)}.${help === "" ? `\n\n${usage}` : help}`,
  );
}

const usage = `symloss COMMAND

  export LOSS -o FILE          write a loss as a .onnx file; ./wing.js#wing is one of your own
  evaluate --data FILES ...    evaluate a loss and metrics over files, in threads or on many machines
  worker --queue URL ...       help others to evaluate
  engines                      show which engines work here
  help [COMMAND [LOSS]]        print help on the program, a command or a loss

${describeFlags().join("\n")}`;

/** The user can also fix what the library rejects: a shape, an option, a file that can't be written. */
function isMendable(error: unknown): error is Error {
  return isSymlossError(error) || (error instanceof Error && (error.name === "Failure" || "syscall" in error));
}

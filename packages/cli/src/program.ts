/** What does the command line do, and with which exit status? */
import { DTypeError } from "@symloss/core";
import { type OptionRule, requireRule } from "@symloss/core/engine";
import { runEngines } from "./engines.ts";
import { runExport } from "./export.ts";
import { Failure } from "./failure.ts";
import { type Words, takeApart } from "./words.ts";

/** Where a program writes. */
export interface Streams {
  out(text: string): void;
  error(text: string): void;
}

/**
 * Runs a command line, and returns its exit status: 0 if it succeeds, 1 if the user must fix something. Other errors are thrown.
 * Throws `DTypeError` if the words are not a list of strings, or the streams lack `out` or `error`.
 */
export async function runProgram(words: readonly string[], streams: Streams): Promise<number> {
  requireRule("runProgram", "words", wordsRule, words);
  requireRule("runProgram", "streams", streamsRule, streams);
  try {
    streams.out(`${await run(takeApart(words))}\n`);
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

const commands: Readonly<Record<string, (words: Words) => string | Promise<string>>> = {
  export: runExport,
  engines: runEngines,
};

function run(words: Words): string | Promise<string> {
  const [command, ...positionals] = words.positionals;
  if (command === undefined) return words.list ? runExport({ ...words, positionals: [] }) : usage;
  if (!Object.hasOwn(commands, command)) {
    throw new Failure(
      `The command must be one of ${Object.keys(commands).join(", ")}, got ${JSON.stringify(command)}.\n\n${usage}`,
    );
  }
  return commands[command]!({ ...words, positionals });
}

const usage = `symloss COMMAND

  export LOSS -o FILE    write a loss as a .onnx file; see symloss export --help
  engines                show which engines work here
  --list                 list the losses`;

/** The user can also fix what the library rejects: a shape, an option, a file that can't be written. */
function isMendable(error: unknown): error is Error {
  const mendable = ["Failure", "ShapeError", "DTypeError", "OutOfRangeError", "UnsupportedOperationError"];
  return error instanceof Error && (mendable.includes(error.name) || "syscall" in error);
}

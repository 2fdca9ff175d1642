/** Which command did the user ask for, and what becomes of its errors? */
import type { Writable } from "node:stream";
import { isSymlossError } from "@symloss/core";
import { bench } from "./bench.ts";
import { Failure } from "./failure.ts";
import type { Command } from "./command.ts";
import { demo } from "./demo.ts";
import type { Report } from "./report/report.ts";

/** Every command; without a name the first is meant. */
const commands: Readonly<Record<string, Command>> = { demo, bench };

/** Runs what the words of the command line ask, and gives the exit status. Faults of the program itself are thrown. */
export async function runProgram(words: readonly string[], report: Report, errors: Writable): Promise<number> {
  try {
    const [first = ""] = words;
    if (first !== "" && !first.startsWith("-")) {
      const command = Object.hasOwn(commands, first) ? commands[first] : undefined;
      if (command === undefined) {
        throw new Failure(
          `The command must be one of ${Object.keys(commands).join(", ")}, got ${JSON.stringify(first)}.`,
        );
      }
      await command.run(words.slice(1), report);
    } else {
      await demo.run(words, report);
    }
    return 0;
  } catch (error) {
    if (!isMendable(error)) throw error;
    report.close();
    errors.write(`${error.message}\n`);
    return 1;
  } finally {
    report.close();
  }
}

function isMendable(error: unknown): error is Error {
  return error instanceof Failure || (isSymlossError(error) && error.name === "EngineUnavailableError");
}

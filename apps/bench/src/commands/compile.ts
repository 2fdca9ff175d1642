/** How long do losses and large graphs take to compile? */
import { choice, parseWords } from "../arguments.ts";
import { cases, casesOf } from "../catalogue.ts";
import type { Command } from "../command.ts";
import { engineNames } from "../engines.ts";
import { Failure } from "../failure.ts";
import { measure } from "../measure/compile.ts";
import { families } from "../measure/growth.ts";
import { suggestion } from "../suggestion.ts";
import { isPlace, lossAt } from "./own-losses.ts";

/** Measures the compilation of the losses and kinds of graphs that are named, or of all. */
export const compile: Command = {
  run: async (words, report) => {
    const parsed = parseWords(words, options);
    if (parsed === "help") return report.line(help);
    const graphs = Object.keys(families);
    const [places, names] = [parsed.names.filter(isOwn), parsed.names.filter((name) => !isOwn(name))];
    const known = [...new Set(cases.flatMap(({ name, title }) => [name, title])), ...graphs];
    for (const name of names) {
      if (known.includes(name)) continue;
      throw new Failure(
        `What is compiled must be one of ${known.join(", ")}, got ${JSON.stringify(name)}.${suggestion(name, known)}`,
      );
    }
    const own = (await Promise.all(places.map(lossAt))).flatMap(casesOf);
    await measure({ names, own }, parsed.values.engine ?? "cpu");
  },
};

const titles: ReadonlySet<string> = new Set(cases.map(({ title }) => title));

/** Whether it is the place of a loss of the user's own. Titles of cases may have dots in shapes. */
function isOwn(name: string): boolean {
  return isPlace(name) && !titles.has(name);
}

const options = { engine: choice(engineNames, "the engine that compiles: cpu if nothing is said") };

const help = `npm run bench -- compile [LOSS | GRAPH ..] [--engine NAME]

Measures how long an engine (${engineNames.join(", ")}; without a name cpu) takes to compile losses with their gradients, the first time in a process and when it is warm, and
fits how that time grows with graphs of a kind: ${Object.keys(families).join(", ")}. Without a name it measures all of them, each
loss in processes of its own. A loss may be one of your own: the file that exports it and its name there, ./wing.js#wing.`;

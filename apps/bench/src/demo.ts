/** What does the bench do where nothing is asked? It trains an example, then shows every loss on every engine. */
import { arch, availableParallelism, platform } from "node:os";
import type { Selection } from "@symloss/core";
import { choice, count } from "./arguments.ts";
import { showCatalogue } from "./catalogue.ts";
import { type Command, defineCommand } from "./command.ts";
import { chooseEngine, usualEngineNames } from "./engines.ts";
import { type ExampleName, defaultExample, exampleNames, examples } from "./examples/index.ts";
import { type Report, formatSeconds } from "./report/report.ts";

/** Trains an example, then shows every loss on every engine. */
export const demo: Command = defineCommand(
  "Trains an example, then shows every loss on every engine that works here.",
  {
    engine: choice(
      [...usualEngineNames, "fastest"] as const,
      `train on this: ${usualEngineNames.join(", ")}, or the fastest of them; by default the first that works here`,
    ),
    epochs: count(1000, "go through the data so often; by default as often as the example needs"),
    example: choice(
      exampleNames,
      `train this: ${exampleNames.map(describeExample).join(", or ")}; by default ${defaultExample}`,
    ),
  },
  async (options, report) => {
    const start = performance.now();
    const example = examples[options.example ?? defaultExample];
    const selection = await chooseEngine(options.engine, example.step());
    showSelection(selection, report);
    await example.run({ engine: selection.engine, epochs: options.epochs ?? example.epochs, report });
    await selection.engine.dispose();
    await showCatalogue(report);
    report.line(`\n${formatSeconds(performance.now() - start)} in all`);
  },
);

function showSelection({ engine, considered }: Selection, report: Report): void {
  report.line(`Node ${process.version} on ${platform()} ${arch()}, ${availableParallelism()} cores`);
  for (const { name, reason, milliseconds } of considered) {
    if (milliseconds !== undefined) report.line(`${name}: ${milliseconds.toFixed(2)} ms a step`);
    else if (name !== engine.name) report.line(`passed over: ${name}, ${reason}`);
  }
  report.line(`engine: ${engine.name} (${engine.device})`);
}

function describeExample(name: ExampleName): string {
  return `${name}, ${examples[name].summary}`;
}

#!/usr/bin/env node
/** The entry: what belongs to the process itself. */
import { type FuzzArguments, parseArguments, usage } from "./arguments.ts";
import { describeDisagreement, search } from "./search.ts";

function argumentsOrExit(): FuzzArguments {
  try {
    return parseArguments(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    process.exit(2);
  }
}

const asked = argumentsOrExit();
const { tried, compared, disagreements } = await search(asked, (found) =>
  console.log(describeDisagreement(found, asked)),
);
console.log(
  `${tried} graphs on ${asked.engines.join(", ")}: ${compared} could tell engines apart, ${disagreements.length} disagree.`,
);
process.exitCode = disagreements.length === 0 ? 0 : 1;

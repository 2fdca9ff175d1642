/** What does the command line ask for? */
import { parseArgs } from "node:util";
import { type EngineName, engineNames } from "./engines.ts";

/** What to try. */
export interface FuzzArguments {
  readonly seed: number;
  readonly count: number;
  readonly engines: readonly EngineName[];
  /** The seed of the only graph to try. */
  readonly path?: string | undefined;
}

/** How the command is used. */
export const usage: string = `usage: npm run fuzz -- [options]
  --seed <integer>    where random graphs start (default 1)
  --count <integer>   how many are tried (default 1000)
  --engines <names>   of ${engineNames.join(", ")}, with commas between (default ${engineNames.join(",")})
  --path <path>       the one graph that a report names, with its seed and engines`;

/** The arguments. Throws an error that says what is wrong. */
export function parseArguments(list: readonly string[]): FuzzArguments {
  const { values } = parseArgs({
    args: [...list],
    options: {
      seed: { type: "string", default: "1" },
      count: { type: "string", default: "1000" },
      engines: { type: "string", default: engineNames.join(",") },
      path: { type: "string" },
    },
  });
  return {
    seed: integer("seed", values.seed, 0),
    count: integer("count", values.count, 1),
    engines: values.engines.split(",").map(engineName),
    path: values.path,
  };
}

function integer(name: string, text: string, smallest: number): number {
  const value = Number(text);
  if (/^-?\d+$/.test(text) && value >= smallest && value <= 2147483647) return value;
  throw new Error(`fuzz: --${name} must be an integer from ${smallest} to 2147483647, got ${JSON.stringify(text)}.`);
}

function engineName(text: string): EngineName {
  const name = engineNames.find((known) => known === text);
  if (name !== undefined) return name;
  throw new Error(`fuzz: --engines must name ${engineNames.join(", ")}, got ${JSON.stringify(text)}.`);
}

/** How many random graphs are tried, and what is reported about those on which engines disagree? */
import { type Disagreement, findDisagreement } from "@symloss/conformance";
import type { Engine } from "@symloss/core";
import type { FuzzArguments } from "./arguments.ts";
import { factories } from "./engines.ts";

/** The result for all graphs. */
export interface SearchResult {
  readonly tried: number;
  readonly compared: number;
  readonly disagreements: readonly Disagreement[];
}

/** Graphs of one seed: a disagreement ends its batch, and the next batch has the next seed. */
const batch = 250;

/** Tries the graphs, and reports each disagreement as soon as it is found. */
export async function search(
  { seed, count, engines: names, path }: FuzzArguments,
  tell: (disagreement: Disagreement) => void,
): Promise<SearchResult> {
  const engines: Record<string, Engine> = {};
  for (const name of names) engines[name] = await factories[name]();
  const disagreements: Disagreement[] = [];
  let compared = 0;
  let tried = 0;
  for (let first = 0; first < (path === undefined ? count : 1); first += batch) {
    const runs = path === undefined ? Math.min(batch, count - first) : 1;
    const result = await findDisagreement({ engines, seed: seed + first / batch, runs, path });
    tried += runs;
    compared += result.compared;
    if (result.disagreement === undefined) continue;
    disagreements.push(result.disagreement);
    tell(result.disagreement);
  }
  for (const engine of Object.values(engines)) await engine.dispose();
  return { tried, compared, disagreements };
}

/** A disagreement, and the command that reproduces it. */
export function describeDisagreement({ seed, path, message }: Disagreement, { engines }: FuzzArguments): string {
  return `${message}\nbring it back: npm run fuzz -- --seed ${seed} --path ${path} --engines ${engines.join(",")}\n`;
}

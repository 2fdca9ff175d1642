/** The same, with a row that a loss refuses. */
export { engine, test, withBadRow as source } from "./shards.ts";

/** The same, with a query in two shards. */
export { engine, test, withCutQuery as source } from "./query-shards.ts";

/** Many, of which one can't be read. */
export { engine, test, manyTorn as source } from "./shards.ts";

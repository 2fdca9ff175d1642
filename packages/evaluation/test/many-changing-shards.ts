/** Many, of which one is another in each thread. */
export { engine, test, manyChanging as source } from "./shards.ts";

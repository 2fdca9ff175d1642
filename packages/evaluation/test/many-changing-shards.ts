/** Many, of which one is another one in a thread. */
export { engine, test, manyChanging as source } from "./shards.ts";

/** So many that a thread takes several at a time. */
export { engine, test, many as source } from "./shards.ts";

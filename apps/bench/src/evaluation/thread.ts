/** What does a thread of the bench evaluate? The shards in the folder that its address says, so often. */
import type { EngineFactory } from "@symloss/core";
import { wasm } from "@symloss/engine-wasm";
import type { Source } from "@symloss/evaluation";
import { repeatedFiles } from "./repeated.ts";

export { subject as test } from "./subject.ts";
const words = new URL(import.meta.url).searchParams;
export const source: Source = repeatedFiles(words.get("folder")!, Number(words.get("passes")));
export const engine: EngineFactory = () => wasm();

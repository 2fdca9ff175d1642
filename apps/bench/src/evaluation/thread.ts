/** What does a thread of the bench evaluate? The shards in the folder that its address says. */
import type { EngineFactory } from "@symloss/core";
import { wasm } from "@symloss/engine-wasm";
import type { Source } from "@symloss/evaluation";
import { files } from "@symloss/evaluation/files";
import { anyShard } from "./rows.ts";

export { subject as test } from "./subject.ts";
export const source: Source = files(anyShard, { folder: new URL(import.meta.url).searchParams.get("folder")! });
export const engine: EngineFactory = () => wasm();

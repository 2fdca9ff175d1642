/** How much memory does a run take? A program of its own, which prints the most that it had, in bytes: memory.js FOLDER PASSES COLUMN */
import { wasm } from "@symloss/engine-wasm";
import { repeatedFiles } from "./repeated.ts";
import { subject } from "./subject.ts";

const [folder, passes, by] = process.argv.slice(2) as [string, string, string];

const source = repeatedFiles(folder, Number(passes));
let bytes = 0;
const onProgress = (): void => void (bytes = Math.max(bytes, process.memoryUsage.rss()));
const { rows } = await subject.run(source, { engine: await wasm(), by, onProgress });
console.log(JSON.stringify({ rows, bytes }));

/** How much memory does a run take? A program of its own, which prints the most that it had, in bytes: memory.js FOLDER COLUMN */
import { wasm } from "@symloss/engine-wasm";
import { files } from "@symloss/evaluation/files";
import { anyShard } from "./rows.ts";
import { subject } from "./subject.ts";

const [folder, by] = process.argv.slice(2) as [string, string];

let bytes = 0;
const onProgress = (): void => void (bytes = Math.max(bytes, process.memoryUsage.rss()));
const { rows } = await subject.run(files(anyShard, { folder }), { engine: await wasm(), by, onProgress });
console.log(JSON.stringify({ rows, bytes }));

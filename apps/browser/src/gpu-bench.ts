/**
 * How fast is engine-gpu compared with TensorFlow.js, gpu.js by hand and plain, and loops? Measured in one page, in a browser found here;
 * arguments select workloads.
 */
import type { Timing } from "@symloss/bench/interleave";
import Table from "cli-table3";
import type { GpuTiming } from "./gpu-timing.ts";
import { softwareWebGL } from "./launch.ts";
import { runInBrowser } from "./page.ts";

const rounds = 15;
const timings: GpuTiming[] = [];
const device = await runInBrowser({
  entry: new URL("../pages/gpu-bench.ts", import.meta.url),
  arguments: [process.argv.slice(2).join("|"), rounds],
  // With hardware, the browser's own choice of driver; without, the one that works everywhere.
  flags: process.env["HARDWARE"] === undefined ? softwareWebGL : [],
  timeout: 1_800_000,
  onReport: (timing) => timings.push(timing as GpuTiming),
});

const namesOf = (way: "throughHost" | "resident") => [
  ...new Set(timings.flatMap((timing) => Object.keys(timing[way]))),
];
const [contenders, residents] = [namesOf("throughHost"), namesOf("resident")];
const table = new Table({
  head: ["milliseconds (ratio)", ...contenders, ...residents.map((name) => `${name}, resident`)],
  // Colours don't belong in a file or a pipe.
  style: { head: [], border: [], compact: true },
});
for (const { workload, throughHost, resident } of timings) {
  const times = [
    ...contenders.map((name) => describe(name, throughHost[name])),
    ...residents.map((name) => describe(name, resident[name])),
  ];
  table.push([workload, ...times]);
}

function describe(name: string, timing: Timing | undefined): string {
  if (timing === undefined) return "";
  const milliseconds = (timing.nanoseconds / 1e6).toFixed(1);
  return name === "symloss" ? milliseconds : `${milliseconds} (${timing.ratio.toFixed(2)})`;
}

console.log(
  `${String(device)}, node ${process.version}; medians of ${rounds} rounds, and of ratios to symloss\n${table.toString()}`,
);

/** How long does an engine take to compile each loss with its gradients, the first time in a process and when it is warm, and large graphs? */
import { execFileSync } from "node:child_process";
import type { LossSample } from "@symloss/conformance";
import type { Tensor } from "@symloss/core";
import { type Graph, prepare, traceGraph } from "@symloss/core/engine";
import { cases } from "../catalogue.ts";
import { type EngineName, engineTable } from "../engines.ts";
import { families, measureGrowth } from "./growth.ts";
import { median } from "./statistics.ts";
import { variablesOf, workloadOf } from "./losses.ts";

/** V8 goes on optimising what compiles for about a hundred rounds, on threads that take the processor from it. */
const [warmUp, repeats, processes] = [100, 25, 5];

/** What is compiled. */
export interface Compiled {
  /** Losses of the catalogue, and kinds of large graphs. */
  readonly names: readonly string[];
  /** Samples of other losses. */
  readonly own: readonly LossSample<string>[];
}

/** Prints the times of these; if there are none, of all, each loss in processes of its own. */
export async function measure({ names: wanted, own }: Compiled, engineName: EngineName): Promise<void> {
  if (wanted.length + own.length === 0) {
    for (const { title } of cases) console.log(measureApart(title, engineName));
    for (const name of Object.keys(families)) await measureGrowth(name, engineName);
    return;
  }
  for (const name of wanted) if (Object.hasOwn(families, name)) await measureGrowth(name, engineName);
  const samples = [...cases.filter(({ name, title }) => wanted.includes(name) || wanted.includes(title)), ...own];
  if (samples.length > 0) await measureLosses(samples, engineName);
}

async function measureLosses(samples: readonly LossSample<string>[], engineName: EngineName): Promise<void> {
  const engine = await engineTable[engineName].make();
  console.log(`${engine.name}: ${engine.device}, node ${process.version}`);
  for (const one of samples) {
    const begin = performance.now();
    const graph = prepare(gradientGraph(one), engine);
    const traced = performance.now() - begin;
    const times: number[] = [];
    for (let round = 0; round < warmUp + repeats; round++) {
      const start = performance.now();
      const executable = await engine.compile(graph);
      times.push(performance.now() - start);
      await executable.dispose();
    }
    console.log(describe(one.title, { traced, first: times[0]!, warm: median(times.slice(warmUp)) }));
  }
}

/** The line of a loss as it is printed by a process that compiles nothing else: of each figure the median of several such processes. */
function measureApart(title: string, engineName: EngineName): string {
  const lines = Array.from({ length: processes }, () =>
    execFileSync(process.execPath, [process.argv[1]!, "bench", "compile", title, "--engine", engineName], {
      encoding: "utf8",
    }),
  );
  const all = lines.map((text) =>
    [...text.matchAll(/(\w+) +([\d.]+) ms/g)].map((match) => [match[1]!, Number(match[2])]),
  );
  const figures = all[0]!.map(([name], at) => [name, median(all.map((line) => line[at]![1] as number))]);
  return describe(title, Object.fromEntries(figures) as Record<string, number>);
}

function describe(title: string, figures: Readonly<Record<string, number>>): string {
  const parts = Object.entries(figures).map(([name, time]) => `${name} ${inMilliseconds(time)}`);
  return `${title.padEnd(32)} ${parts.join(" ")}`;
}

/** The results of a loss, and the gradients of their sum. */
function gradientGraph(sample: LossSample<string>): Graph {
  const { inputs, compute } = workloadOf(sample, variablesOf(sample).length > 0);
  const specs = Object.fromEntries(
    inputs.map(({ data, shape }, index) => [
      `input${index}`,
      { shape, dtype: data instanceof Int32Array ? "int32" : "float32" } as const,
    ]),
  );
  return traceGraph("bench", (given: Readonly<Record<string, Tensor>>) => compute(...Object.values(given)), specs);
}

function inMilliseconds(time: number): string {
  return `${time.toFixed(2).padStart(6)} ms`;
}

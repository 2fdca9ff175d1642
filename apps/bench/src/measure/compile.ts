/** How long does the cpu engine take to compile each loss with its gradients? The first time, the median of later times, and that of the time on the processor. */
import { type DType, type Tensor, isTensor, valueAndGrad } from "@symloss/core";
import { type Graph, prepare, traceGraph } from "@symloss/core/engine";
import { cpu } from "@symloss/engine-cpu";
import { losses } from "@symloss/losses";
import { type Case, cases } from "../catalogue.ts";
import { median } from "./interleave.ts";

type Tensors = Readonly<Record<string, Tensor>>;

const [warmUp, repeats] = [10, 25];

/** Prints the times of these losses, or of all. */
export async function measure(wanted: readonly string[]): Promise<void> {
  const engine = await cpu();
  console.log(`${engine.name}: ${engine.device}, node ${process.version}`);
  for (const one of cases) {
    if (wanted.length > 0 && !wanted.includes(one.name)) continue;
    const graph = prepare(gradientGraph(one), engine);
    const times: number[] = [];
    const processor: number[] = [];
    for (let round = 0; round < warmUp + repeats; round++) {
      const before = process.cpuUsage();
      const start = performance.now();
      const executable = await engine.compile(graph);
      times.push(performance.now() - start);
      const { user, system } = process.cpuUsage(before);
      processor.push((user + system) / 1000);
      await executable.dispose();
    }
    const [first, later, busy] = [times[0]!, median(times.slice(warmUp)), median(processor.slice(warmUp))].map(
      inMilliseconds,
    );
    console.log(`${one.title.padEnd(32)} first ${first} median ${later} processor ${busy}`);
  }
}

/** The sum of all results of a loss, its gradients, and the results. */
function gradientGraph({ name, inputs, options }: Case): Graph {
  const specs: Record<string, { shape: readonly number[]; dtype: DType }> = {};
  const counts: Record<string, number> = {};
  const variable = new Set<string>();
  for (const [input, value] of Object.entries(inputs)) {
    if (typeof value === "number") {
      counts[input] = value;
      continue;
    }
    specs[input] = { shape: value.shape, dtype: value.dtype };
    if (losses[name].definition.arguments.find((known) => known.name === input)?.differentiable === true)
      variable.add(input);
  }
  const compute = (given: Tensors): unknown => {
    const entries = Object.entries(given);
    const constants = Object.fromEntries(entries.filter(([input]) => !variable.has(input)));
    return valueAndGrad(
      (variables: Tensors) => {
        const result = losses[name]({ ...variables, ...constants, ...counts }, options);
        const values = isTensor(result) ? [result] : Object.values(result);
        return [values.map((value) => value.sum()).reduce((left, right) => left.add(right)), values];
      },
      { auxiliary: true },
    )(Object.fromEntries(entries.filter(([input]) => variable.has(input))));
  };
  return traceGraph("bench", compute as never, specs);
}

function inMilliseconds(time: number): string {
  return `${time.toFixed(2).padStart(6)} ms`;
}

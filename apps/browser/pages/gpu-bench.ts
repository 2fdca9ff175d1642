/// <reference lib="dom" />
/**
 * How fast is engine-gpu in a page, compared with TensorFlow.js on the same WebGL, gpu.js by hand and plain, and loops? Every result is
 * read and checked.
 */
import { type MeasureOptions, type Timing, interleave } from "@symloss/bench/interleave";
import { makeWorkloads, withGradients } from "@symloss/bench/workloads";
import { compile, ndarray } from "@symloss/core";
import { gpu } from "@symloss/engine-gpu";
import { huber, reduce } from "@symloss/losses";
import type { GpuTiming } from "../src/gpu-timing.ts";
import type { Contender, GpuWorkload, Result, Results } from "./gpu-contender.ts";
import { packedKernels } from "./gpu-packed.ts";
import { plainKernels } from "./gpu-plain.ts";
import { startTensorFlow, tensorFlow } from "./gpu-tensorflow.ts";

/** Measures the workloads whose names and titles match, and reports a `GpuTiming` for each. */
export default async function (filter: string, rounds: number, report: (value: unknown) => void): Promise<string> {
  const tensorFlowVersion = await startTensorFlow();
  const engine = await gpu();
  for (const workload of [...sharedWorkloads(), ...ownWorkloads()]) {
    if (titleOf(workload).search(filter) !== -1) report(await measure(workload, engine, rounds));
  }
  await engine.dispose();
  return `${engine.device}, ${tensorFlowVersion}`;
}

type Runs = Readonly<Record<string, () => unknown>>;
type GpuEngine = Awaited<ReturnType<typeof gpu>>;

async function measure(workload: GpuWorkload, engine: GpuEngine, rounds: number): Promise<GpuTiming> {
  const { contender, outputs, smallest, dispose } = await symloss(workload, engine);
  const others = {
    "TensorFlow.js": tensorFlow(workload, smallest),
    "gpu.js packed": packedKernels(workload),
    "gpu.js": plainKernels(workload),
    loops: loops(workload, outputs),
  };
  const contenders: Record<string, Contender> = { symloss: contender };
  for (const [name, other] of Object.entries(others)) if (other !== undefined) contenders[name] = other;
  for (const [name, { throughHost, resident }] of Object.entries(contenders)) {
    const title = `${name}, ${titleOf(workload)}`;
    checkResults(title, outputs, await throughHost());
    if (resident !== undefined) checkResults(`${title}, resident`, [outputs[smallest]!], [await resident()]);
  }
  const options: MeasureOptions = { baseline: "symloss", rounds, warmUp: 2 };
  const timesOf = async (way: keyof Contender): Promise<Readonly<Record<string, Timing>>> => {
    const runs = Object.entries(contenders).map(([name, contender]) => [name, contender[way]] as const);
    return interleave(Object.fromEntries(runs.filter(([, run]) => run !== undefined)) as Runs, options);
  };
  const timing = {
    workload: titleOf(workload),
    throughHost: await timesOf("throughHost"),
    resident: await timesOf("resident"),
  };
  await dispose();
  return timing;
}

/** symloss as a contender, its first results, and which of these is the smallest. */
async function symloss({ inputs, compute }: GpuWorkload, engine: GpuEngine) {
  const arrays = inputs.map(({ data, shape }) => ndarray(data, shape));
  const step = compile((...given) => [...compute(...given)], { engine });
  const stepOnDevice = compile((...given) => [...compute(...given)], { engine, results: "device" });
  const outputs = await step(...arrays);
  const into = outputs.map(({ data, shape }) => ndarray(data.slice(), shape));
  const smallest = outputs.reduce((least, { size }, index) => (size < outputs[least]!.size ? index : least), 0);
  const held = await Promise.all(arrays.map(async (array) => engine.upload(array)));
  const contender: Contender = {
    async throughHost() {
      await step.into(into, ...arrays);
      return into.map(({ data }) => data as Float32Array);
    },
    async resident() {
      if (outputs.length === 1) return (await step(...held))[0]!.data as Float32Array;
      const results = await stepOnDevice(...held);
      const smallestResult = await results[smallest]!.read();
      for (const result of results) result.dispose();
      return smallestResult as Float32Array;
    },
  };
  const dispose = async (): Promise<void> => {
    for (const handle of held) handle.dispose();
    await step.dispose();
    await stepOnDevice.dispose();
  };
  return { contender, outputs: outputs.map(({ data }) => data as Float32Array), smallest, dispose };
}

function loops({ byHand }: GpuWorkload, outputs: readonly Float32Array[]): Contender | undefined {
  if (byHand === undefined) return undefined;
  const results = outputs.map(({ length }) => new Float32Array(length));
  return {
    throughHost() {
      byHand(results);
      return results;
    },
  };
}

/** Throws if a contender's results differ from those of symloss. */
function checkResults(contender: string, outputs: Results, results: Results): void {
  if (results.length !== outputs.length)
    throw new Error(`checkResults: ${contender} must give ${outputs.length} results, got ${results.length}.`);
  for (const [index, output] of outputs.entries()) {
    const [want, got] = [elementsOf(output), elementsOf(results[index]!)];
    const largest = want.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const wrong = want.findIndex((value, at) => !(Math.abs(value - got[at]!) <= 2e-4 * largest));
    if (wrong === -1 && got.length === want.length) continue;
    throw new Error(
      `checkResults: ${contender} must agree on result ${index}, got ${got[wrong]} for ${want[wrong]} at ${wrong} of ${want.length}.`,
    );
  }
}

function elementsOf(result: Result): number[] {
  return Array.from(result as ArrayLike<number | ArrayLike<number>>, (value) =>
    typeof value === "number" ? value : Array.from(value),
  ).flat();
}

function titleOf({ name, title }: GpuWorkload): string {
  return `${name} ${title}`;
}

/** The workloads of the loops bench that suit a GPU. */
function sharedWorkloads(): readonly GpuWorkload[] {
  return makeWorkloads().filter(({ name }) => ["W1", "W2", "W3", "W4", "W5", "V1", "V2"].includes(name));
}

function ownWorkloads(): readonly GpuWorkload[] {
  const floats = (seed: number, ...shape: number[]) => ({
    data: Float32Array.from(
      { length: shape.reduce((left, right) => left * right) },
      (_, index) => 2 * Math.sin(seed * index),
    ),
    shape,
  });
  return [
    {
      name: "G1",
      title: "six small results of 1024 x 64",
      inputs: [floats(1.1, 1024, 64)],
      compute: (x) => [x!.mean(), x!.max(), x!.sum(0), x!.max(0), x!.sum(1), x!.softmax(1).mean(0)],
    },
    {
      name: "G2",
      title: "huber and its gradients, 1M",
      inputs: [floats(1.3, 2 ** 20), floats(1.7, 2 ** 20)],
      compute: (...pair) => {
        const [, ...gradients] = withGradients((x, y) => reduce(huber(x!, y!), { reduction: "sum" }), 0)(...pair);
        return [huber(pair[0]!, pair[1]!), ...gradients];
      },
    },
    {
      name: "G3",
      title: "matmul, 384 x 384 x 384",
      inputs: [floats(1.9, 384, 384), floats(2.3, 384, 384)],
      compute: (x, y) => [x!.matmul(y!)],
    },
  ];
}

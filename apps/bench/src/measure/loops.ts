/** Are generated loops as fast as loops by hand? Outputs are checked against float64 before anything is timed. */
import { compile } from "@symloss/core";
import { type Engine, type TypedArray, allocate, prepare, traceGraph } from "@symloss/core/engine";
import { cpu } from "@symloss/engine-cpu";
import { huber, reduce } from "@symloss/losses";
import { meanHuber } from "./hand-written.ts";
import { interleave } from "./interleave.ts";
import { type Workload, makeWorkloads } from "./workloads.ts";

/** Prints the times of these workloads, or of all. */
export async function measure(wanted: readonly string[]): Promise<void> {
  const engine = await cpu();
  console.log(`${engine.name}: ${engine.device}, node ${process.version}`);
  for (const workload of makeWorkloads()) {
    if (wanted.length === 0 || wanted.includes(workload.name)) await measureWorkload(engine, workload);
  }
  if (wanted.length === 0 || wanted.includes("W9")) await measureCall(engine);
  await engine.dispose();
}

/** Prints the time of generated loops and its ratio to that of loops by hand. */
async function measureWorkload(engine: Engine, workload: Workload): Promise<void> {
  const values = workload.inputs.map(({ data }) => data);
  const graph = graphOf(workload, engine, "float32");
  const executable = await engine.compile(graph);
  const outputs = graph.outputs.map(({ dtype, size }) => allocate(dtype, size));
  const reference = await referenceOf(workload);
  await executable.run(values, outputs);
  const generatedError = worstOf(outputs, reference);
  const handOutputs = outputs.map(({ length }) => new Float32Array(length));
  workload.byHand(handOutputs);
  const handError = worstOf(handOutputs, reference);
  if (!(Math.max(generatedError, handError) < 1e-5))
    throw new Error(`${workload.name}: outputs are wrong by ${generatedError} and ${handError}.`);
  const timings = await interleave(
    { hand: () => workload.byHand(handOutputs), generated: () => executable.run(values, outputs) },
    { baseline: "hand" },
  );
  const summary = executable.description.split("\n").at(-1)!;
  console.log(
    `${workload.name.padEnd(4)} ${workload.title.padEnd(46)} hand ${milliseconds(timings.hand.nanoseconds)} generated ${milliseconds(timings.generated.nanoseconds)} ratio ${timings.generated.ratio.toFixed(2)}  error ${generatedError.toExponential(1)}  ${summary}`,
  );
  await executable.dispose();
}

/** W9: what a call costs. */
async function measureCall(engine: Engine): Promise<void> {
  const [y, p] = [
    Float32Array.from({ length: 32 }, (_, index) => Math.sin(index) * 2),
    Float32Array.from({ length: 32 }, (_, index) => Math.cos(index)),
  ];
  const compiled = compile((targets, predictions) => reduce(huber(targets, predictions)), { engine });
  const value = (await compiled(y, p)).item();
  if (Math.abs(value - meanHuber(y, p)) > 1e-6) throw new Error(`W9: ${value} is wrong.`);
  const out = new Float32Array(1);
  const timings = await interleave(
    { hand: () => meanHuber(y, p), compiled: () => compiled(y, p), into: () => compiled.into(out, y, p) },
    { baseline: "hand", repeats: 20_000, rounds: 11, warmUp: 3 },
  );
  const { hand, compiled: call, into } = timings;
  console.log(
    `W9   huber mean of 32 elements, a call: hand ${hand.nanoseconds.toFixed(0)} ns, compiled ${call.nanoseconds.toFixed(0)} ns, into ${into.nanoseconds.toFixed(0)} ns`,
  );
}

function graphOf({ inputs, compute }: Workload, on: Engine, floats: "float32" | "float64") {
  const specs = Object.fromEntries(
    inputs.map(({ data, shape }, index) => [
      `x${index}`,
      { shape, dtype: data instanceof Int32Array ? ("int32" as const) : floats },
    ]),
  );
  return prepare(
    traceGraph("bench", (given: Readonly<Record<string, never>>) => compute(...Object.values(given)), specs),
    on,
  );
}

async function referenceOf(workload: Workload): Promise<readonly TypedArray[]> {
  const exact = await cpu({ mode: "interpreter" });
  const executable = await exact.compile(graphOf(workload, exact, "float64"));
  const values = workload.inputs.map(({ data }) => (data instanceof Int32Array ? data : Float64Array.from(data)));
  const outputs = await executable.run(values);
  await executable.dispose();
  return outputs;
}

/** The largest difference, relative to the largest element of the output. */
function worstOf(outputs: readonly TypedArray[], reference: readonly TypedArray[]): number {
  let worst = 0;
  for (const [index, want] of reference.entries()) {
    let [scale, difference] = [0, 0];
    for (const [at, value] of want.entries()) {
      scale = Math.max(scale, Math.abs(value));
      difference = Math.max(difference, Math.abs(value - outputs[index]![at]!));
    }
    worst = Math.max(worst, difference / scale);
  }
  return worst;
}

function milliseconds(nanoseconds: number): string {
  return `${(nanoseconds / 1e6).toFixed(2).padStart(6)} ms`;
}

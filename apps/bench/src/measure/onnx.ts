/** Is the engine on ONNX Runtime as fast as models by hand in the same runtime, and what does a call cost beyond the runtime's own? */
import { type Engine, NDArray, compile, ndarray } from "@symloss/core";
import { onnx } from "@symloss/engine-onnx";
import { huber, reduce } from "@symloss/losses";
import * as ort from "onnxruntime-web/wasm";
import { handModels } from "./hand-models.ts";
import { interleave } from "./interleave.ts";
import { type Workload, makeWorkloads } from "./workloads.ts";

/** Prints the times of these workloads, or of all. */
export async function measure(wanted: readonly string[]): Promise<void> {
  const engine = await onnx({ ort });
  console.log(`${engine.name}: ${engine.device}, node ${process.version}`);
  for (const workload of makeWorkloads()) {
    if (wanted.length === 0 || wanted.includes(workload.name)) await measureWorkload(engine, workload);
  }
  if (wanted.length === 0 || wanted.includes("W9")) await measureCall(engine);
  await engine.dispose();
}

/** Prints the time of the engine and its ratio to that of each model by hand, once their results agree. */
async function measureWorkload(engine: Engine, { name, title, inputs, compute }: Workload): Promise<void> {
  const arrays = inputs.map(({ data, shape }) => ndarray(data, shape));
  const compiled = compile((...tensors) => [...compute(...tensors)], { engine });
  const results = (await compiled(...arrays)) as NDArray[];
  const models = handModels(
    name,
    inputs,
    results.map(({ shape }) => shape),
  );
  const feeds = Object.fromEntries(
    arrays.map(({ data, shape, dtype }, index) => [
      `input_${index}`,
      new ort.Tensor(dtype as "float32", data as Float32Array, shape),
    ]),
  );
  for (const [variant, bytes] of Object.entries(models)) {
    const session = await createSession(bytes);
    const outputs = await session.run(feeds);
    const worst = Math.max(
      ...results.map((result, index) => distance(outputs[`output_${index}`]!.data as Float32Array, result)),
    );
    if (!(worst < 1e-5))
      throw new Error(`${name}: the model by hand must agree, got a difference of ${worst} (${variant}).`);
    const timings = await interleave(
      { hand: () => session.run(feeds), engine: () => compiled(...arrays) },
      { baseline: "hand", rounds: 61 },
    );
    console.log(
      `${name.padEnd(4)} ${title.padEnd(44)} by hand (${variant}) ${milliseconds(timings.hand.nanoseconds)} engine ${milliseconds(timings.engine.nanoseconds)} ratio ${timings.engine.ratio.toFixed(2)}`,
    );
    await session.release();
  }
  await compiled.dispose();
}

/** W9: what a call costs on 32 elements, beside `session.run` of a model by hand. */
async function measureCall(engine: Engine): Promise<void> {
  const arrays = [Math.sin, Math.cos].map((of) =>
    ndarray(Float32Array.from({ length: 32 }, (_, index) => of(index) * 2)),
  );
  const inputs = arrays.map(({ data, shape }) => ({ data: data as Float32Array, shape }));
  const compiled = compile((targets, predictions) => reduce(huber(targets, predictions)), { engine });
  const session = await createSession(handModels("W2", inputs, [[]])["plain"]!);
  const feeds = Object.fromEntries(
    inputs.map(({ data, shape }, index) => [`input_${index}`, new ort.Tensor("float32", data, shape)]),
  );
  const { hand, call } = await interleave(
    { hand: () => session.run(feeds), call: () => compiled(...arrays) },
    { baseline: "hand", repeats: 5_000, rounds: 11, warmUp: 3 },
  );
  const over = call.nanoseconds - hand.nanoseconds;
  console.log(
    `W9   huber mean of 32 elements, a call: session.run ${microseconds(hand.nanoseconds)}, compiled ${microseconds(call.nanoseconds)}, more by ${microseconds(over)}`,
  );
  await session.release();
  await compiled.dispose();
}

function createSession(bytes: Uint8Array): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(bytes, { executionProviders: ["wasm"], logSeverityLevel: 4 });
}

/** The largest difference by the largest element. */
function distance(got: Float32Array, { data }: NDArray): number {
  let [apart, largest] = [0, 1e-30];
  for (let index = 0; index < data.length; index++) {
    apart = Math.max(apart, Math.abs(got[index]! - data[index]!));
    largest = Math.max(largest, Math.abs(data[index]!));
  }
  return apart / largest;
}

function milliseconds(nanoseconds: number): string {
  return `${(nanoseconds / 1e6).toFixed(2)} ms`;
}

function microseconds(nanoseconds: number): string {
  return `${(nanoseconds / 1e3).toFixed(1)} us`;
}

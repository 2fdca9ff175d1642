/** How do ONNX models that were built by hand take part, in any ONNX Runtime? */
import type { InferenceSession, Tensor } from "onnxruntime-web/wasm";
import type { WorkloadInput } from "../measure/workload.ts";
import { type Contender, type Run, accurate } from "./contender.ts";
import { handModels } from "./hand-models.ts";

/** What is asked of a runtime: onnxruntime-web and onnxruntime-node both have it. */
export interface ModelRuntime {
  readonly env: { readonly wasm: { numThreads?: number } };
  readonly InferenceSession: { create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<Session> };
  readonly Tensor: typeof Tensor;
}

type Session = Pick<InferenceSession, "run" | "release">;

/** The best models by hand, each once for what is special about it, run by this runtime on one thread. */
export function modelContender(
  name: string,
  device: string,
  runtime: ModelRuntime,
  provider: "wasm" | "cpu",
): Contender {
  // As engine-onnx runs by default; the WebAssembly build counts threads for the whole module.
  runtime.env.wasm.numThreads = 1;
  return {
    name,
    kind: "by hand",
    device,
    tolerance: accurate,
    enter: ({ name: workload, inputs }, outputs) => {
      const models = handModels(
        workload,
        inputs,
        outputs.map(({ shape }) => shape),
      );
      const entrants = Object.entries(models).map(([variant, model]) => ({
        ...(variant === "plain" ? {} : { variant }),
        prepare: () => prepareModel(runtime, provider, model, inputs, outputs.length),
      }));
      return entrants.length > 0 ? entrants : { reason: "no model was built by hand for this" };
    },
    dispose: () => {},
  };
}

async function prepareModel(
  runtime: ModelRuntime,
  provider: "wasm" | "cpu",
  model: Uint8Array,
  inputs: readonly WorkloadInput[],
  outputCount: number,
): Promise<Run> {
  const session = await runtime.InferenceSession.create(model, {
    executionProviders: [provider],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const feeds = Object.fromEntries(
    inputs.map(({ data, shape }, index) => [`input_${index}`, tensorOf(runtime, data, shape)]),
  );
  return {
    run: () => session.run(feeds),
    outputs: async () => {
      const results = await session.run(feeds);
      return Array.from({ length: outputCount }, (_, index) => results[`output_${index}`]!.data as Float32Array);
    },
    dispose: () => session.release(),
  };
}

function tensorOf({ Tensor: TensorOf }: ModelRuntime, data: WorkloadInput["data"], shape: readonly number[]): Tensor {
  return data instanceof Int32Array ? new TensorOf("int32", data, shape) : new TensorOf("float32", data, shape);
}

/** What do all engines that compute in the host's memory share? Everything but how they compute. */
import type { TypedArray } from "../array/dtype.ts";
import { type MaybePromise, andThen, isPromise } from "../array/promise.ts";
import { type Lengths, withLengths } from "../array/shape.ts";
import type { Graph } from "../graph/graph.ts";
import type { Engine, EngineTraits, Executable, Value } from "./contract.ts";
import { asyncDisposable } from "./disposal.ts";
import { HostDeviceArray, hostDataOf } from "./host-device-array.ts";
import { Lifetime } from "./lifetime.ts";
import { checkUpload } from "./upload.ts";

/** A compiled graph that computes on typed arrays. */
export interface HostProgram {
  /** What the engine made of the graph. */
  readonly description: string;
  /** Bytes that it holds between runs; a run may change it. */
  readonly bytes: number;
  /**
   * Computes the outputs from these values, each into the array given for it or into a new one. `caller` is for messages; a value
   * that is not identical to its entry in `given` is the content of a device array, which nobody changes.
   */
  run(
    values: readonly TypedArray[],
    outputs: readonly TypedArray[] | undefined,
    caller: "run" | "runOnDevice",
    given: readonly Value[],
    lengths: Lengths | undefined,
  ): MaybePromise<readonly TypedArray[]>;
  /** Frees what it holds, once pending runs have finished. */
  dispose?(): MaybePromise<void>;
}

/** How an engine computes, and its traits. */
export interface HostEngine {
  readonly name: string;
  readonly device: string;
  readonly traits: EngineTraits;
  compile(graph: Graph): MaybePromise<HostProgram>;
  /** Frees what the programs share. */
  dispose?(): MaybePromise<void>;
}

/** Makes an engine of this: adds uploads, device arrays, and disposal, after which all of them throw `DisposedError`. */
export function hostEngine(host: HostEngine): Engine {
  const { name, device, traits } = host;
  const lifetime = new Lifetime(`engine "${name}"`);
  const engine: Engine = {
    name,
    device,
    software: false,
    traits,
    compile(graph) {
      lifetime.require("compile");
      return andThen(host.compile(graph), (program) => makeExecutable(engine, lifetime, graph, program));
    },
    upload(array) {
      lifetime.require("upload");
      const { data, shape, dtype } = checkUpload(engine, array);
      return new HostDeviceArray(engine, data.slice(), shape, dtype);
    },
    ...asyncDisposable(() => (lifetime.end() ? host.dispose?.() : undefined)),
  };
  return engine;
}

function makeExecutable(engine: Engine, engineLifetime: Lifetime, graph: Graph, program: HostProgram): Executable {
  const lifetime = new Lifetime(`the executable on engine "${engine.name}"`);
  const compute = (
    caller: "run" | "runOnDevice",
    given: readonly Value[],
    outputs: readonly TypedArray[] | undefined,
    lengths: Lengths | undefined,
  ): MaybePromise<readonly TypedArray[]> => {
    engineLifetime.require(caller);
    lifetime.require(caller);
    const values = given.map((value) => hostDataOf(engine, value));
    return program.run(values, outputs, caller, given, lengths);
  };
  return {
    get description() {
      return program.description;
    },
    get bytes() {
      return program.bytes;
    },
    run(given, outputs, lengths) {
      const results = compute("run", given, outputs, lengths);
      if (outputs === undefined) return results;
      return isPromise(results) ? results.then((computed) => fill(outputs, computed)) : fill(outputs, results);
    },
    runOnDevice(given, lengths) {
      return andThen(compute("runOnDevice", given, undefined, lengths), (results) =>
        results.map((data, index) => {
          const { shape, dtype } = graph.outputs[index]!;
          return new HostDeviceArray(engine, data, withLengths(shape, lengths), dtype);
        }),
      );
    },
    dispose() {
      return lifetime.end() ? program.dispose?.() : undefined;
    },
  };
}

/** The outputs, after copying into them the results that are elsewhere. */
function fill(outputs: readonly TypedArray[], results: readonly TypedArray[]): readonly TypedArray[] {
  for (const [index, output] of outputs.entries()) if (output !== results[index]) output.set(results[index]!);
  return outputs;
}

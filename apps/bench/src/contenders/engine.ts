/** How does an engine of ours take part? Into the user's arrays, and with arrays that stay on its device. */
import { type DeviceArray, type Engine, type TypedArray, compile, ndarray } from "@symloss/core";
import { allocate, sizeOf } from "@symloss/core/engine";
import type { ReferenceOutput } from "../measure/check.ts";
import type { Workload } from "../measure/workload.ts";
import { type Contender, type Entrant, type Run, accurate } from "./contender.ts";
import { type Residence, residences } from "./residence.ts";

/** What the bench must know of an engine beside the engine itself. */
export interface EngineFacts {
  /** Whether a call with results on the device may return before they are computed. */
  readonly isDeferred?: boolean;
}

/** The engine, once for each residence. */
export function engineContender(
  name: string,
  engine: Engine,
  where: readonly Residence[] = residences,
  { isDeferred = false }: EngineFacts = {},
): Contender {
  return {
    name,
    kind: "engine",
    device: engine.device,
    tolerance: accurate,
    enter: (workload, outputs) => {
      const entrants: Readonly<Record<Residence, Entrant>> = {
        into: { prepare: () => prepareInto(workload, engine, outputs) },
        resident: { variant: "resident", prepare: () => prepareResident(workload, engine, isDeferred) },
      };
      return where.map((residence) => entrants[residence]);
    },
    dispose: () => engine.dispose(),
  };
}

function prepareInto({ inputs, compute }: Workload, engine: Engine, wanted: readonly ReferenceOutput[]): Run {
  const arrays = inputs.map(({ data, shape }) => ndarray(data, shape));
  const outputs = wanted.map(({ data, shape, dtype }) => ndarray(allocate(dtype, data.length), shape, dtype));
  const compiled = compile((...tensors) => [...compute(...tensors)], { engine });
  return {
    run: () => compiled.into(outputs, ...arrays),
    outputs: () => outputs.map(({ data }) => data),
    dispose: () => compiled.dispose(),
  };
}

async function prepareResident({ inputs, compute }: Workload, engine: Engine, isDeferred: boolean): Promise<Run> {
  const held: DeviceArray[] = [];
  for (const { data, shape } of inputs) held.push(await engine.upload(ndarray(data, shape)));
  const compiled = compile((...tensors) => [...compute(...tensors)], { engine, results: "device" });
  const results = async (): Promise<readonly DeviceArray[]> => compiled(...held);
  return {
    run: async () => {
      const given = await results();
      // A device computes in order: when it has one result, it has all.
      if (isDeferred) await smallestOf(given).read();
      for (const result of given) result.dispose();
    },
    outputs: async () => {
      const given = await results();
      const arrays: TypedArray[] = [];
      for (const result of given) {
        arrays.push(await result.read());
        result.dispose();
      }
      return arrays;
    },
    dispose: async () => {
      for (const array of held) array.dispose();
      await compiled.dispose();
    },
  };
}

function smallestOf(arrays: readonly DeviceArray[]): DeviceArray {
  return arrays.reduce((least, array) => (sizeOf(array.shape) < sizeOf(least.shape) ? array : least));
}

/** How does an engine of ours take part? Into the user's arrays, and with arrays that stay on its device. */
import { type DeviceArray, type Engine, type TypedArray, compile, ndarray } from "@symloss/core";
import { allocate } from "@symloss/core/engine";
import type { ReferenceOutput } from "../measure/check.ts";
import type { Workload } from "../measure/workload.ts";
import { type Contender, type Entrant, type Run, accurate } from "./contender.ts";

/** Where arrays are while an engine computes: the user's, or on the device. */
export type Residence = "into" | "resident";

/** Every residence. */
export const residences: readonly Residence[] = ["into", "resident"];

/** The engine, once for each residence. */
export function engineContender(name: string, engine: Engine, where: readonly Residence[] = residences): Contender {
  return {
    name,
    kind: "engine",
    device: engine.device,
    tolerance: accurate,
    enter: (workload, outputs) => where.map((residence) => entrantOf[residence](workload, engine, outputs)),
    dispose: () => engine.dispose(),
  };
}

const entrantOf: Readonly<
  Record<Residence, (workload: Workload, engine: Engine, outputs: readonly ReferenceOutput[]) => Entrant>
> = {
  into: (workload, engine, outputs) => ({ prepare: () => prepareInto(workload, engine, outputs) }),
  resident: (workload, engine) => ({ variant: "resident", prepare: () => prepareResident(workload, engine) }),
};

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

async function prepareResident({ inputs, compute }: Workload, engine: Engine): Promise<Run> {
  const held: DeviceArray[] = [];
  for (const { data, shape } of inputs) held.push(await engine.upload(ndarray(data, shape)));
  const compiled = compile((...tensors) => [...compute(...tensors)], { engine, results: "device" });
  const results = async (): Promise<readonly DeviceArray[]> => compiled(...held);
  return {
    run: async () => {
      for (const result of await results()) result.dispose();
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

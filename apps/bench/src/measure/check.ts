/** What are the right outputs of a workload, and how far are others from them? */
import { type DType, type Engine, type TypedArray, compile, ndarray } from "@symloss/core";
import type { NDArray } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import type { Workload } from "./workload.ts";

/** An output as it should be. */
export interface ReferenceOutput {
  readonly data: TypedArray;
  readonly shape: readonly number[];
  /** The dtype that it has where inputs are float32. */
  readonly dtype: DType;
}

/** The numbers of an output. */
export type OutputNumbers = ArrayLike<number>;

/** The outputs of a workload by the interpreter, in float64. */
export async function referenceOf({ inputs, compute }: Workload): Promise<readonly ReferenceOutput[]> {
  const engine = await cpu({ mode: "interpreter" });
  const arrays = inputs.map(({ data, shape }) =>
    ndarray(data, shape, data instanceof Int32Array ? "int32" : "float64"),
  );
  const outputs = await computeOnce(engine, compute, arrays);
  await engine.dispose();
  return outputs.map(({ data, shape, dtype }) => ({ data, shape, dtype: dtype === "float64" ? "float32" : dtype }));
}

async function computeOnce(
  engine: Engine,
  compute: Workload["compute"],
  arrays: readonly NDArray[],
): Promise<NDArray[]> {
  const compiled = compile((...tensors) => [...compute(...tensors)], { engine });
  const outputs = await compiled(...arrays);
  await compiled.dispose();
  return outputs;
}

/** Over all outputs the largest difference of an element, as a share of the largest element of its output; NaN if a number is missing. */
export function worstError(outputs: readonly OutputNumbers[], reference: readonly ReferenceOutput[]): number {
  if (outputs.length !== reference.length) return Number.NaN;
  return Math.max(0, ...reference.map(({ data }, index) => errorOf(outputs[index]!, data)));
}

function errorOf(got: OutputNumbers, want: TypedArray): number {
  if (got.length !== want.length) return Number.NaN;
  let largest = 0;
  let difference = 0;
  for (let at = 0; at < want.length; at++) {
    // The same infinity, or no number where there should be none.
    if (!Number.isFinite(want[at]!) && Object.is(got[at], want[at])) continue;
    largest = Math.max(largest, Math.abs(want[at]!));
    difference = Math.max(difference, Math.abs(got[at]! - want[at]!));
  }
  return difference === 0 ? 0 : difference / largest;
}

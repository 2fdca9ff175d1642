/** What is particular to a workload that has been written by hand too, and of what is it made? */
import { type Tensor, valueAndGrad } from "@symloss/core";
import type { Workload, WorkloadInput } from "./workload.ts";

/** A workload that has been written by hand too. */
export type HandWorkload = Required<Workload>;

/** What is particular to a workload. */
export interface Definition {
  readonly title: string;
  readonly rows: number;
  readonly rowElements?: number;
  readonly step?: number;
  readonly make: (rows: number, numbers: Numbers) => Pick<HandWorkload, "inputs" | "compute" | "byHand">;
}

/** The value of `fn` and its gradients with respect to all but the first inputs, in one list. */
export function withGradients(
  fn: (...inputs: Tensor[]) => Tensor,
  constants: number,
): (...inputs: Tensor[]) => readonly Tensor[] {
  return (...inputs) => {
    const variables = inputs.slice(constants);
    const wrt = variables.map((_, index) => index);
    const of = (...given: Tensor[]): Tensor => fn(...inputs.slice(0, constants), ...given);
    const [value, gradients] = valueAndGrad(of, { wrt })(...variables);
    return [value, ...gradients];
  };
}

/** Logits, and the right class of each row. */
export function classification(
  rows: number,
  classes: number,
  { floats, integers, normal }: Numbers,
): { readonly logits: Float32Array; readonly classes: Int32Array } {
  return { logits: floats(rows * classes, () => 3 * normal()), classes: integers(rows, classes) };
}

/** A vector. */
export function flat(data: Float32Array | Int32Array): WorkloadInput {
  return { data, shape: [data.length] };
}

/** A matrix of so many rows. */
export function table(data: Float32Array | Int32Array, rows: number): WorkloadInput {
  return { data, shape: [rows, data.length / rows] };
}

/** Where the data of a workload come from. */
export interface Numbers {
  readonly floats: (size: number, next: () => number) => Float32Array;
  readonly integers: (size: number, below: number) => Int32Array;
  /** From 0 to 1. */
  readonly uniform: () => number;
  /** Nearly normal: the sum of four uniform numbers. */
  readonly normal: () => number;
}

/** A congruential generator. */
export function randomNumbers(seed: number): Numbers {
  let state = seed;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const normal = (): number => (uniform() + uniform() + uniform() + uniform() - 2) * Math.sqrt(3);
  return {
    uniform,
    normal,
    floats: (size, next) => Float32Array.from({ length: size }, next),
    integers: (size, below) => Int32Array.from({ length: size }, () => Math.floor(uniform() * below)),
  };
}

/** Which workloads does a loss give? Each of its samples, and the same with its gradients. */
import { type LossSample, lossSamples } from "@symloss/conformance";
import { type NDArray, type Tensor, isTensor, valueAndGrad } from "@symloss/core";
import { type AnyLoss, losses } from "@symloss/losses";
import { type Lengths, usualLengths } from "./lengths.ts";
import type { Workload, WorkloadInput, WorkloadKind } from "./workload.ts";

/** Every sample of every loss of the catalogue. */
export function lossKinds(lengths: Lengths = {}): readonly WorkloadKind[] {
  return Object.values(losses).flatMap((loss) => kindsOf(loss, lengths));
}

/** Every sample of a loss, by value and, where something is differentiable, by value and gradients. */
export function kindsOf(loss: AnyLoss, lengths: Lengths = {}): readonly WorkloadKind[] {
  const all = { ...usualLengthsOf(loss), ...lengths };
  return lossSamples(loss, { lengths: { ...all, batch: 1 } }).flatMap((sample, index) => {
    const variants = variablesOf(sample).length === 0 ? [false] : [false, true];
    return variants.map((gradients) => kindOf(sample, index, gradients, all));
  });
}

/** Where rows are compared with each other, the work grows with the square of the batch, or its cube. */
function usualLengthsOf({ definition }: AnyLoss): Lengths {
  return definition.comparesRows ? { ...usualLengths, batch: 128 } : usualLengths;
}

function kindOf(sample: LossSample<string>, index: number, gradients: boolean, lengths: Lengths): WorkloadKind {
  const name = gradients ? `${sample.title} gradient` : sample.title;
  const title = gradients ? `${sample.title}, value and gradients` : `${sample.title}, value`;
  const arrays = Object.values(sample.inputs).filter((value) => typeof value !== "number");
  return {
    name,
    title,
    groups: ["losses", sample.name],
    rows: lengths["batch"]!,
    rowElements: Math.max(1, ...arrays.map(({ size }) => size)),
    step: 1,
    make: (rows) => {
      const sized = lossSamples(sample.loss, { lengths: { ...lengths, batch: rows } })[index]!;
      return { name, title, ...workloadOf(sized, gradients) };
    },
  };
}

/** The values of a sample and, on request, the gradients of their sum, from the sample's arrays. */
export function workloadOf(sample: LossSample<string>, gradients: boolean): Pick<Workload, "inputs" | "compute"> {
  const names = arraysOf(sample).map(([name]) => name);
  const counts = Object.fromEntries(Object.entries(sample.inputs).filter(([, value]) => typeof value === "number"));
  const variables = variablesOf(sample);
  const valuesAt = (given: Readonly<Record<string, Tensor>>): readonly Tensor[] => {
    const result = sample.loss({ ...given, ...counts }, sample.options);
    return isTensor(result) ? [result] : Object.values(result);
  };
  return {
    inputs: arraysOf(sample).map(([, array]) => inputOf(array)),
    compute: (...tensors) => {
      const given = Object.fromEntries(names.map((name, index) => [name, tensors[index]!]));
      return gradients ? withGradients(valuesAt, given, variables) : valuesAt(given);
    },
  };
}

/** The values, and the gradient of their sum with respect to each variable. */
function withGradients(
  valuesAt: (given: Readonly<Record<string, Tensor>>) => readonly Tensor[],
  given: Readonly<Record<string, Tensor>>,
  variables: readonly string[],
): readonly Tensor[] {
  const total = valueAndGrad(
    (chosen: Readonly<Record<string, Tensor>>) => {
      const values = valuesAt({ ...given, ...chosen });
      return [values.map((value) => value.sum()).reduce((left, right) => left.add(right)), [...values]];
    },
    { auxiliary: true },
  );
  const [, gradients, values] = total(Object.fromEntries(variables.map((name) => [name, given[name]!])));
  return [...(values as Tensor[]), ...Object.values(gradients as Readonly<Record<string, Tensor>>)];
}

function arraysOf({ inputs }: LossSample<string>): readonly (readonly [string, NDArray])[] {
  return Object.entries(inputs).flatMap(([name, value]) => (typeof value === "number" ? [] : [[name, value] as const]));
}

/** The arguments that a gradient is taken for. */
export function variablesOf(sample: LossSample<string>): readonly string[] {
  const { definition } = sample.loss;
  const differentiable = definition.arguments.filter((argument) => argument.differentiable).map(({ name }) => name);
  return arraysOf(sample).flatMap(([name]) => (differentiable.includes(name) ? [name] : []));
}

function inputOf({ data, shape }: NDArray): WorkloadInput {
  return { data: data as Float32Array | Int32Array, shape };
}

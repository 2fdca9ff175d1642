/** What does a loss give for a sample, with the gradients by its arguments? */
import { type DType, type DynamicLength, type Engine, NDArray, type Tensor, compile, grad, sum } from "@symloss/core";
import { type AnyLoss, type Elements, type LossName, losses } from "@symloss/losses";
import { arrayOf } from "../data.ts";
import { type LossSample, lossSamples } from "../samples.ts";

/** A call of a loss. */
export interface Call {
  readonly name: LossName;
  readonly title: string;
  readonly inputs: Readonly<Record<string, NDArray | number>>;
  /** The shape of each array, axis by axis: names; for those that `..` stands for `..` itself. */
  readonly axes: Readonly<Record<string, readonly string[]>>;
  /** What the elements of each array are. */
  readonly elements: Readonly<Record<string, Elements>>;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a call gives. */
export interface Outcome {
  readonly values: Readonly<Record<string, NDArray>>;
  /** Of the sum of all results that are floats, by each argument that has a gradient. */
  readonly gradients: Readonly<Record<string, NDArray>>;
}

/** How long axes are: each has another length, so that none is taken for another. */
export const lengths = { batch: 7, classes: 5, items: 5, positions: 6, D: 4, K: 3, d: 4, time: 8, labels: 3 } as const;

/**
 * A call of each loss in each form of its arguments, with each of its choices, and with every option; floats are of this dtype, and so many
 * rows are in a batch.
 */
export function callsOf(name: LossName, dtype: DType, batch: number = lengths.batch): readonly Call[] {
  return lossSamples(name, { lengths: { ...lengths, batch }, leading: [batch], everyOption: true }).map((sample) =>
    callOfSample(sample, dtype),
  );
}

function callOfSample({ name, title, inputs, forms, options }: LossSample, dtype: DType): Call {
  const axesOf = (argument: string) => [...(forms[argument]?.leading ? [".."] : []), ...(forms[argument]?.axes ?? [])];
  return {
    name,
    title,
    inputs: Object.fromEntries(Object.entries(inputs).map(([argument, value]) => [argument, inFloat(value, dtype)])),
    axes: Object.fromEntries(Object.keys(inputs).map((argument) => [argument, axesOf(argument)])),
    elements: Object.fromEntries(Object.entries(forms).map(([argument, form]) => [argument, form.elements])),
    options,
  };
}

function inFloat(value: NDArray | number, dtype: DType): NDArray | number {
  return value instanceof NDArray && value.dtype === "float32" ? arrayOf(value.data, value.shape, dtype) : value;
}

/** The arguments of a call by which its loss has a gradient. */
export function differentiableIn({ name, inputs }: Call): readonly string[] {
  const list = losses[name].definition.arguments.filter(({ differentiable }) => differentiable);
  return list
    .map((argument) => argument.name)
    .filter((argument) => inputs[argument] instanceof NDArray && inputs[argument].dtype.startsWith("float"));
}

/** Values and gradients of a call on an engine; `after` turns each result into what is looked at. */
export async function outcomeOf(engine: Engine, call: Call, after?: (result: Tensor) => Tensor): Promise<Outcome> {
  const compiled = compileCall(engine, call, { after });
  try {
    return await compiled.run(call);
  } finally {
    await compiled.dispose();
  }
}

/** How a call is compiled. */
interface CompileCallOptions {
  readonly after?: ((result: Tensor) => Tensor) | undefined;
  /** Whether the batch may have another length in each run. */
  readonly anyBatch?: boolean | undefined;
}

/** A call, compiled. */
export interface CompiledCall {
  /** Takes the arrays of a call that is like it. */
  run(call: Call): Promise<Outcome>;
  dispose(): Promise<void>;
}

/** Compiles values and gradients of a call. */
export function compileCall(
  engine: Engine,
  call: Call,
  { after = (result) => result, anyBatch = false }: CompileCallOptions = {},
): CompiledCall {
  const loss: AnyLoss = losses[call.name];
  const names = Object.entries(call.inputs).flatMap(([name, input]) => (input instanceof NDArray ? [name] : []));
  const resultNames = Object.keys(loss.definition.results);
  const results = (...tensors: Tensor[]): Tensor[] => {
    const named = { ...call.inputs, ...Object.fromEntries(names.map((name, index) => [name, tensors[index]!])) };
    const result = loss(named, call.options);
    return (
      resultNames.length === 1 ? [result as Tensor] : Object.values(result as Readonly<Record<string, Tensor>>)
    ).map(after);
  };
  const total = (...tensors: Tensor[]): Tensor =>
    results(...tensors)
      .filter(({ dtype }) => dtype.startsWith("float"))
      .map((result) => sum(result))
      .reduce((left, right) => left.add(right));
  const wanted = differentiableIn(call);
  const wrt = wanted.map((name) => names.indexOf(name));
  const compiled = compile(
    (...tensors: Tensor[]) => [...results(...tensors), ...(wrt.length === 0 ? [] : grad(total, { wrt })(...tensors))],
    { engine, dynamic: anyBatch ? names.flatMap((name, argument) => batchAxes(call.axes[name]!, argument)) : [] },
  );
  return {
    async run({ inputs }) {
      const got = await compiled(...names.map((name) => inputs[name] as NDArray));
      const named = (list: readonly string[], first: number) =>
        Object.fromEntries(list.map((name, index) => [name, got[first + index]!]));
      return { values: named(resultNames, 0), gradients: named(wanted, resultNames.length) };
    },
    dispose: () => compiled.dispose(),
  };
}

/** The axes of an argument along which rows of a batch lie. */
function batchAxes(axes: readonly string[], argument: number): readonly DynamicLength[] {
  return axes.flatMap((name, axis) => (name === ".." || name === "batch" ? [{ argument, axis, name: "batch" }] : []));
}

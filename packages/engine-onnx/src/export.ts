/** How does a function of tensors become a .onnx file? Here no runtime is needed, and none is imported. */
import {
  DTypeError,
  type DType,
  OutOfRangeError,
  ShapeError,
  Tensor,
  type TensorLike,
  asTensor,
  sum,
  valueAndGrad,
} from "@symloss/core";
import {
  type Check,
  type InputSpec,
  type TracedGraph,
  collectChecks,
  formatType,
  isFloat,
  prepare,
  traceGraph,
} from "@symloss/core/engine";
import { type Model, type ValueInfo, encodeModel } from "./model.ts";
import { writtenOperations } from "./operations.ts";
import { translate } from "./translate.ts";

/** The shape and dtype of each input; a dimension may have a name, `"batch"`, and then any length when the model runs. */
export type InputSpecs = Readonly<Record<string, InputSpec>>;

/** What a model is exported with. */
export interface ExportOptions<Inputs extends InputSpecs = InputSpecs> {
  /** What the function is given, by name; a dtype left out is float32. */
  readonly inputs: Inputs;
  /** The names of the results; by default those of the record that the function returns, or `output`. */
  readonly outputs?: readonly string[];
  /** The inputs for which the model also gives the gradient of the sum of the first output, as `gradient_<input>`. */
  readonly gradient?: readonly NoInfer<keyof Inputs & string>[];
  /** The model's name; default `symloss`. */
  readonly name?: string;
  /** Texts that the file carries, by key. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * The bytes of a .onnx file (opset 17, IR version 8) that computes a function of named tensors, and gradients if asked.
 * The same function and options give the same bytes. What must hold of an input, as the range of class indices, is stated in
 * the input's documentation: a runtime does not check it.
 * Throws `UnsupportedOperationError` for what ONNX can't say, `OutOfRangeError` for names that do not fit, and what tracing throws.
 * @example exportOnnx(huber, { inputs: { targets: { shape: ["batch"] }, predictions: { shape: ["batch"] } } })
 */
export function exportOnnx<const Inputs extends InputSpecs>(
  fn: (inputs: { readonly [Name in keyof Inputs]: Tensor }) => unknown,
  options: ExportOptions<Inputs>,
): Uint8Array {
  const settings = options as object as ExportOptions;
  const { inputs, gradient = [], name = "symloss", metadata = {} } = settings;
  checkNames(settings);
  const graph = traceGraph(caller, withGradients(fn as (inputs: TensorRecord) => unknown, gradient), inputs);
  const checks = collectChecks(graph);
  const outputs = outputNames(graph, settings);
  const inputNames = Object.keys(inputs);
  const body = translate(prepare(graph, target), { inputs: inputNames, outputs });
  const described = body.inputs.map((input, index) =>
    describe(
      input,
      checks.filter((one) => one.input === index).map(({ check }) => check),
    ),
  );
  const model: Model = {
    ...body,
    name,
    inputs: described,
    documentation: summarize(body, described, gradient),
    metadata,
  };
  return encodeModel(model);
}

const caller = "exportOnnx";

type TensorRecord = Readonly<Record<string, Tensor>>;

/** The function, then the gradients of the sum of its first result. */
function withGradients(
  fn: (inputs: TensorRecord) => unknown,
  gradient: readonly string[],
): (inputs: TensorRecord) => unknown {
  if (gradient.length === 0) return fn;
  return (inputs) => {
    const differentiated = Object.fromEntries(gradient.map((name) => [name, requireFloat(name, inputs[name]!)]));
    const [, gradients, results] = valueAndGrad(
      (chosen: TensorRecord) => {
        const all = fn({ ...inputs, ...chosen });
        return [sum(firstOf(all)), all] as const;
      },
      { auxiliary: true },
    )(differentiated);
    return [results, gradients];
  };
}

function requireFloat(name: string, input: Tensor): Tensor {
  if (isFloat(input.dtype)) return input;
  throw new DTypeError(`${caller}: gradient must name inputs of float dtype, got ${name}, which is ${input}.`);
}

/** The first tensor of a result, however it is nested. */
function firstOf(result: unknown): Tensor {
  if (result instanceof Tensor || typeof result !== "object" || result === null)
    return asTensor(result as TensorLike, caller, "the result");
  const first: unknown = Object.values(result)[0];
  if (first === undefined)
    throw new ShapeError(`${caller}: the function must return a tensor, got nothing in its result.`);
  return firstOf(first);
}

function checkNames({ inputs, gradient = [], outputs = [] }: ExportOptions): void {
  const unknown = gradient.find((name) => !Object.hasOwn(inputs, name));
  if (unknown !== undefined) {
    throw new OutOfRangeError(
      `${caller}: gradient must name inputs (${Object.keys(inputs).join(", ")}), got ${JSON.stringify(unknown)}.`,
    );
  }
  const empty = [...Object.keys(inputs), ...outputs].find((name) => name === "");
  if (empty !== undefined) throw new OutOfRangeError(`${caller}: every input and output must have a name, got "".`);
}

/** What the model's outputs are called: the results, then the gradients. */
function outputNames(graph: TracedGraph, { inputs, outputs, gradient = [] }: ExportOptions): string[] {
  const count = graph.outputs.length - gradient.length;
  const results =
    outputs ??
    graph.paths.slice(0, count).map((path) => nameOf(gradient.length === 0 ? path : path.slice("[0]".length)));
  if (results.length !== count) {
    throw new OutOfRangeError(
      `${caller}: outputs must name each of the ${count} results, got ${JSON.stringify(outputs)}.`,
    );
  }
  const names = [...results, ...gradient.map((name) => `gradient_${name}`)];
  const all = [...Object.keys(inputs), ...names];
  const twice = all.find((name, index) => all.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new OutOfRangeError(
      `${caller}: inputs and outputs must have different names, got ${JSON.stringify(twice)} twice. Choose others with outputs.`,
    );
  }
  return names;
}

/** `.loss` is called loss, `[1].mean` 1_mean, and the one result output. */
function nameOf(path: string): string {
  return (
    path
      .replaceAll(/[^\w]+/g, "_")
      .replace(/^_/, "")
      .replace(/_$/, "") || "output"
  );
}

const target = {
  name: "onnx",
  traits: {
    dtypes: ["float32", "float64", "int32", "bool"] as readonly DType[],
    operations: writtenOperations,
    namedDimensions: true,
  },
};

/** The input with what must hold of its elements. */
function describe(input: ValueInfo, checks: readonly Check[]): ValueInfo {
  return checks.length === 0 ? input : { ...input, documentation: checks.map(sentence).join(" ") };
}

function sentence(check: Check): string {
  switch (check.kind) {
    case "classIndices": {
      const last = typeof check.classes === "number" ? String(check.classes - 1) : `${check.classes} - 1`;
      return `Integers from 0 to ${last}; the result for others is unspecified.`;
    }
    case "positive":
      return "Above 0.";
    case "nonNegative":
      return "0 or above.";
    case "oneHot":
      return "Along the last axis a single 1, else 0.";
  }
}

/** What the model takes and gives, for whoever opens the file. */
function summarize(
  { outputs }: Pick<Model, "outputs">,
  inputs: readonly ValueInfo[],
  gradient: readonly string[],
): string {
  const line = ({ name, type, shape, documentation }: ValueInfo): string =>
    `${name}: ${formatType(type as DType, shape)}${documentation === undefined ? "" : `. ${documentation}`}`;
  return [
    "Inputs",
    ...inputs.map((input) => `  ${line(input)}`),
    "Outputs",
    ...outputs.map((output) => `  ${line(output)}`),
    ...(gradient.length === 0 ? [] : [`The gradients are those of the sum of ${outputs[0]!.name}.`]),
    "A named dimension has one length in all inputs; a runtime may not check that.",
  ].join("\n");
}

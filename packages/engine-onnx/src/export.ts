/** How does a function of tensors become a .onnx file? No runtime is needed for this, and none is imported. */
import {
  DTypeError,
  type DType,
  OutOfRangeError,
  type Shape,
  ShapeError,
  type Tensor,
  type TensorLike,
  asTensor,
  isTensor,
  sum,
  valueAndGrad,
} from "@symloss/core";
import {
  type Check,
  type InputSpec,
  type OptionTable,
  type TracedGraph,
  checkOptions,
  collectChecks,
  conditionOf,
  describe,
  formatShape,
  formatType,
  functionRule,
  isFloat,
  isForeignArray,
  isRecord,
  prepare,
  print,
  recordRule,
  requireRule,
  traceGraph,
  unknownName,
} from "@symloss/core/engine";
import { lowerMissing } from "./kernels.ts";
import { type ElementType, type Model, type ValueInfo, encodeModel } from "./model.ts";
import { isName, isText, leafNames, nameRule, requireDifferent, requireNames, textRule } from "./names.ts";
import { writtenOperations } from "./operations.ts";
import { translate } from "./translate.ts";

/** The shape of an input, and the type of its elements in the file. */
export interface ModelInput extends Omit<InputSpec, "dtype"> {
  /**
   * A dtype, or `"int64"`, the type in which PyTorch and other libraries have labels: the model casts it to int32, which is what the function
   * is given. Default float32.
   */
  readonly dtype?: DType | "int64";
}

/** Each input, by name; a dimension with a name, such as `"batch"`, may have any length when the model runs. */
export type InputSpecs = Readonly<Record<string, ModelInput>>;

/** How a model is exported. */
export interface ExportOptions<Inputs extends InputSpecs = InputSpecs> {
  /** The inputs of the function, by name. */
  readonly inputs: Inputs;
  /** The names of the results; by default the names in the record that the function returns, or `output`. */
  readonly outputs?: readonly string[];
  /** The inputs with respect to which the model also outputs the gradient of the sum of the first output, as `gradient_<input>`. */
  readonly gradient?: readonly NoInfer<keyof Inputs & string>[];
  /** The model's name; default `symloss`. */
  readonly name?: string;
  /** Strings to store in the file, by key. */
  readonly metadata?: Readonly<Record<string, string>>;
}

const optionTable: OptionTable<ExportOptions> = {
  inputs: recordRule,
  outputs: { must: "a list of names", holds: isTextList, error: DTypeError },
  gradient: { must: "a list of names of inputs", holds: isTextList, error: DTypeError },
  name: { must: nameRule, holds: isName, error: OutOfRangeError },
  metadata: {
    must: `a record; each key ${nameRule}, each value ${textRule}`,
    holds: isMetadata,
    error: OutOfRangeError,
  },
};

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && Array.from(value).every((item) => typeof item === "string");
}

function isMetadata(value: unknown): boolean {
  return isRecord(value) && Object.entries(value).every(([key, text]) => isName(key) && isText(text));
}

/**
 * Exports a function of named tensors as the bytes of a .onnx file (opset 17, IR version 8), with gradients on request.
 * The same function and options give the same bytes. Conditions on an input, such as the range of class indices, are stated in its
 * documentation; a runtime does not check them.
 * Throws `UnsupportedOperationError` if ONNX can't express the graph, `OutOfRangeError` if an option is unknown or a name invalid,
 * `DTypeError` if an option has the wrong type, and what tracing throws.
 * @example exportOnnx(huber, { inputs: { targets: { shape: ["batch"] }, predictions: { shape: ["batch"] } } })
 */
export function exportOnnx<const Inputs extends InputSpecs>(
  fn: (inputs: { readonly [Name in keyof Inputs]: Tensor }) => unknown,
  options: ExportOptions<Inputs>,
): Uint8Array {
  requireRule(caller, "fn", functionRule, fn);
  checkOptions(caller, options, optionTable);
  const { inputs, outputs, gradient = [], name = "symloss", metadata = {} } = options as object as ExportOptions;
  const inputNames = Object.keys(inputs);
  requireNames(caller, "an input", inputNames);
  requireGradient(gradient, inputNames);
  const graph = traceGraph(caller, withGradients(fn as (inputs: TensorRecord) => unknown, gradient), specsOf(inputs));
  requireNames(
    caller,
    "a dimension",
    graph.inputs.flatMap(({ shape }) => shape.filter((length) => typeof length === "string")),
  );
  const results = resultNames(graph, outputs, gradient);
  requireDifferent(caller, [...inputNames, ...results]);
  return encodeModel({ ...describeModel(graph, inputs, results, gradient), name, metadata });
}

/** The inputs as the function is given them. Those that are malformed stay as they are: tracing names what is wrong with them. */
function specsOf(inputs: InputSpecs): Readonly<Record<string, InputSpec>> {
  const entries = Object.entries(inputs).map(([name, input]) => [
    name,
    isInt64(input) ? { ...input, dtype: "int32" } : input,
  ]);
  return Object.fromEntries(entries) as Readonly<Record<string, InputSpec>>;
}

function isInt64(input: unknown): boolean {
  return isRecord(input) && input["dtype"] === "int64";
}

/** The model, with documentation for whoever opens the file. */
function describeModel(
  graph: TracedGraph,
  given: InputSpecs,
  outputs: readonly string[],
  gradient: readonly string[],
): Omit<Model, "name" | "metadata"> {
  const checks = collectChecks(graph);
  const body = translate(lowerMissing(prepare(graph, target)), {
    inputs: Object.keys(given),
    outputs,
    inputTypes: Object.values(given).map(({ dtype = "float32" }) => dtype),
  });
  const inputs = body.inputs.map((input, index) =>
    document(
      input,
      checks.filter((one) => one.input === index).map(({ check }) => check),
    ),
  );
  return { ...body, inputs, documentation: summarize(body, inputs, gradient) };
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

function requireGradient(gradient: readonly string[], inputs: readonly string[]): void {
  const unknown = gradient.find((name) => !inputs.includes(name));
  if (unknown !== undefined) throw new OutOfRangeError(unknownName(caller, "gradient", unknown, inputs));
  const twice = gradient.find((name, index) => gradient.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new OutOfRangeError(`${caller}: gradient must name each input once, got ${print(twice)} twice.`);
}

function requireFloat(name: string, input: Tensor): Tensor {
  if (isFloat(input.dtype)) return input;
  throw new DTypeError(`${caller}: gradient must name inputs of float dtype, got ${print(name)}, which is ${input}.`);
}

/** The first tensor of a result, however it is nested. */
function firstOf(result: unknown): Tensor {
  let first = result;
  // A deeper tree, or one that contains itself, is rejected when the function is traced.
  for (let depth = 0; depth < 64 && isBranch(first); depth++) first = Object.values(first as object)[0];
  if (first === undefined || isBranch(first) || first instanceof Promise) {
    if (first instanceof Promise) first.catch(() => {});
    throw new ShapeError(`${caller}: the function must return a tensor, got ${describe(first ?? result)}.`);
  }
  const tensor = asTensor(first as TensorLike, caller, "the first result");
  if (isFloat(tensor.dtype)) return tensor;
  throw new DTypeError(`${caller}: the first result must have a float dtype to have a gradient, got ${tensor}.`);
}

function isBranch(value: unknown): boolean {
  if (isTensor(value) || isForeignArray(value)) return false;
  return isRecord(value) || (Array.isArray(value) && typeof value[0] !== "number" && typeof value[0] !== "boolean");
}

/** The names of the model's outputs: the results, then the gradients. */
function resultNames(
  { structure, outputs: tensors }: TracedGraph,
  outputs: readonly string[] | undefined,
  gradient: readonly string[],
): string[] {
  const count = tensors.length - gradient.length;
  if (count === 0) throw new ShapeError(`${caller}: the function must return a tensor, got a result without any.`);
  const results = outputs ?? leafNames(gradient.length === 0 ? structure : (structure as readonly unknown[])[0]);
  if (results.length !== count) {
    throw new OutOfRangeError(`${caller}: outputs must name each of the ${count} results, got ${print(outputs)}.`);
  }
  requireNames(caller, "an output", results);
  return [...results, ...gradient.map((name) => `gradient_${name}`)];
}

const target = {
  name: "onnx",
  traits: {
    dtypes: ["float32", "float64", "int32", "bool"] as readonly DType[],
    operations: writtenOperations,
    namedDimensions: true,
  },
};

/** The input, with documentation of what must hold for its elements. */
function document(input: ValueInfo, checks: readonly Check[]): ValueInfo {
  return checks.length === 0 ? input : { ...input, documentation: checks.map(sentence).join(" ") };
}

function sentence(check: Check): string {
  const condition = conditionOf(check);
  const beyond = check.kind === "classIndices" ? "; the result for others is unspecified" : "";
  return `${condition[0]!.toUpperCase()}${condition.slice(1)}${beyond}.`;
}

/** The inputs and outputs of the model as text, for whoever opens the file. */
function summarize(
  { outputs }: Pick<Model, "outputs">,
  inputs: readonly ValueInfo[],
  gradient: readonly string[],
): string {
  const line = ({ name, type, shape, documentation }: ValueInfo): string =>
    `${name}: ${formatElements(type, shape)}${documentation === undefined ? "" : `. ${documentation}`}`;
  return [
    "Inputs",
    ...inputs.map((input) => `  ${line(input)}`),
    "Outputs",
    ...outputs.map((output) => `  ${line(output)}`),
    ...(gradient.length === 0 ? [] : [`The gradients are those of the sum of ${outputs[0]!.name}.`]),
    "A named dimension has one length in all inputs; a runtime may not check that.",
  ].join("\n");
}

/** `f32[batch,10]`, `i64[batch]` */
function formatElements(type: ElementType, shape: Shape): string {
  return type === "int64" ? `i64${formatShape(shape)}` : formatType(type as DType, shape);
}

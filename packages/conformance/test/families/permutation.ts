/** How does a call, and what it gives, look when the elements along one axis change places? */
import { type Axes, NDArray, normalizeAxes } from "@symloss/core";
import { type ArgumentDefinition, losses } from "@symloss/losses";
import { arrayOf, productOf } from "../../src/data.ts";
import type { Call, Outcome } from "../../src/families/call.ts";

/** The axis that `..` and `batch` stand for. */
const rows = "rows";

/** The axes of a call along which elements may change places: rows, named axes, and what counts are of. */
export function axesOf({ name, axes }: Call): readonly string[] {
  const counts = losses[name].definition.arguments.filter(({ elements }) => elements === "count");
  const found = [...Object.values(axes).flat().map(axisName), ...counts.map((count) => count.name)];
  return [...new Set(found)].filter((axis) => !/^\d/.test(axis));
}

function axisName(axis: string): string {
  return axis === ".." || axis === "batch" ? rows : axis;
}

/** The element that comes to each place: none stays where it is. */
function orderOf(length: number): readonly number[] {
  return Array.from({ length }, (_, index) => (index + 2) % length);
}

/** The call with the elements along an axis at other places; what is an index along it is changed accordingly. */
export function permuteCall(call: Call, axis: string): Call {
  const { arguments: list, options } = losses[call.name].definition;
  const length = lengthOf(call, axis);
  const inputs = list.map((argument) => {
    const { name } = argument;
    const value = call.inputs[name]!;
    if (!(value instanceof NDArray)) return [name, value] as const;
    const moved = permuteNamed(value, call.axes[name]!, axis);
    return [
      name,
      value.dtype === "int32" && indexedAxis(call, argument) === axis ? renumber(moved, length) : moved,
    ] as const;
  });
  const given = Object.entries(call.options).map(([name, value]) => {
    const shape = (options[name] as { readonly shape?: string }).shape;
    return [name, value instanceof NDArray && shape !== undefined ? permuteNamed(value, namesIn(shape), axis) : value];
  });
  return { ...call, inputs: Object.fromEntries(inputs), options: Object.fromEntries(given) };
}

/** What the call gives, with the elements along an axis at other places. */
export function permuteOutcome(call: Call, { values, gradients }: Outcome, axis: string): Outcome {
  const { results } = losses[call.name].definition;
  const each = (arrays: Outcome["values"], axes: (name: string) => readonly string[]) =>
    Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, permuteNamed(array, axes(name), axis)]));
  return {
    values: each(values, (name) => axesOfResult(call, results[name]!)),
    gradients: each(gradients, (name) => call.axes[name]!),
  };
}

/** The named axes of a result, without those that an option sums over. */
function axesOfResult({ name, options: given }: Call, shape: string): readonly string[] {
  const names = namesIn(shape);
  const { axis } = losses[name].definition.options;
  if (!shape.includes("without") || axis?.kind !== "axes") return names;
  const chosen = (given["axis"] ?? axis.default) as Axes;
  if (chosen === null && axis.whenNull === "none") return names;
  const dropped = normalizeAxes("axesOfResult", chosen, names.length);
  return names.filter((_, index) => !dropped.includes(index));
}

function permuteNamed(array: NDArray, names: readonly string[], axis: string): NDArray {
  if (names.length !== array.rank) return array;
  return names.reduce((moved, name, index) => (axisName(name) === axis ? permuteAxis(moved, index) : moved), array);
}

function permuteAxis(array: NDArray, axis: number): NDArray {
  const inner = productOf(array.shape.slice(axis + 1));
  const order = orderOf(array.shape[axis]!);
  const data = Float64Array.from(array.data, (_, index) => {
    const place = Math.floor(index / inner) % order.length;
    return array.data[index + (order[place]! - place) * inner]!;
  });
  return arrayOf(data, array.shape, array.dtype);
}

/** The new place of each index; what is none stays. */
function renumber(array: NDArray, length: number): NDArray {
  const order = orderOf(length);
  const data = Float64Array.from(array.data, (index) => (index < 0 ? index : order.indexOf(index)));
  return arrayOf(data, array.shape, array.dtype);
}

/** The axis along which the elements of an argument are indices. */
function indexedAxis(
  call: Call,
  { elements, forms, of = "classes" }: ArgumentDefinition & { readonly of?: string },
): string | undefined {
  if (![elements, ...forms.map((form) => form.elements)].includes("classIndex")) return undefined;
  const axes = axesOf(call);
  const [count] = losses[call.name].definition.arguments.filter((argument) => argument.elements === "count");
  return axes.includes(of) ? of : count?.name;
}

function lengthOf(call: Call, axis: string): number {
  const count = call.inputs[axis];
  if (typeof count === "number") return count;
  const [name, axes] = Object.entries(call.axes).find(([, names]) => names.map(axisName).includes(axis))!;
  return (call.inputs[name] as NDArray).shape[axes.map(axisName).indexOf(axis)]!;
}

/** The names of the axes in `[.., classes]`, in the first of several shapes. */
function namesIn(shape: string): readonly string[] {
  const [first = ""] = /\[[^\]]*\]/.exec(shape) ?? [];
  return first.match(/\.\.|\w+/g) ?? [];
}

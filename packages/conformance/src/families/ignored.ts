/** How is what a loss does not look at filled with what would spoil it? */
import { NDArray } from "@symloss/core";
import { type Elements, elementTraits, losses } from "@symloss/losses";
import { arrayOf, productOf } from "../data.ts";
import type { Call } from "./call.ts";

/** What a row that is ignored may hold. */
export const spoilers: readonly number[] = [NaN, Infinity, -Infinity, 1e30];

/** The places of an axis that are ignored. */
export const ignoredPlaces: readonly number[] = [0, 2];

const ignoredLabel = -100;

/** The call with rows whose label is `ignoreIndex`; undefined for a loss that has no such option. */
export function ignoringRows(call: Call): Call | undefined {
  const { arguments: list, options } = losses[call.name].definition;
  if (!Object.hasOwn(options, "ignoreIndex")) return undefined;
  const labels = list.find(({ name, elements }) => elements === "classIndex" && call.inputs[name] instanceof NDArray);
  if (labels === undefined) return undefined;
  const array = call.inputs[labels.name] as NDArray;
  return {
    ...call,
    inputs: { ...call.inputs, [labels.name]: filled(array, 0, ignoredLabel) },
    options: { ...call.options, ignoreIndex: ignoredLabel },
  };
}

/** The call with a mask that drops places of the last axis that the mask has; undefined for a loss that has no mask. */
export function maskingPlaces(call: Call): { readonly call: Call; readonly axis: string } | undefined {
  const option = losses[call.name].definition.options["mask"] as { readonly shape?: string } | undefined;
  const axis = /(\.\.|\w+)\]/.exec(option?.shape ?? "")?.[1];
  const like = Object.entries(call.axes).find(([, axes]) => axes.at(-1) === axis);
  if (axis === undefined || like === undefined) return undefined;
  const { shape } = call.inputs[like[0]] as NDArray;
  const ones = arrayOf(
    Array.from({ length: productOf(shape) }, () => 1),
    shape,
    "bool",
  );
  return { axis, call: { ...call, options: { ...call.options, mask: filled(ones, shape.length - 1, 0) } } };
}

/** The call with the ignored places of an axis filled with a number, in every array of floats whose elements are not checked. */
export function spoil(call: Call, axis: string, value: number): Call {
  const inputs = Object.entries(call.inputs).map(([name, array]) => {
    const at = call.axes[name]?.indexOf(axis) ?? -1;
    const isSpoiled = array instanceof NDArray && at !== -1 && isUnchecked(call.elements[name]!);
    return [name, isSpoiled ? filled(array, at, value) : array] as const;
  });
  return { ...call, inputs: Object.fromEntries(inputs) };
}

function isUnchecked(elements: Elements): boolean {
  const { isFloat, check } = elementTraits[elements];
  return isFloat && check === undefined;
}

/** The array with another number at the ignored places of an axis. */
export function filled(array: NDArray, axis: number, value: number): NDArray {
  const inner = productOf(array.shape.slice(axis + 1));
  const data = Float64Array.from(array.data, (element, index) =>
    ignoredPlaces.includes(Math.floor(index / inner) % array.shape[axis]!) ? value : element,
  );
  return arrayOf(data, array.shape, array.dtype);
}

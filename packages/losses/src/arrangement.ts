/** Where do formulas have an axis that callers may have elsewhere? Last: what comes in and goes out is transposed. */
import { ShapeError, type Tensor, normalizeAxes } from "@symloss/core";
import { rolesOf } from "./check.ts";
import type { ReadInput } from "./inputs.ts";
import type { OptionTable } from "./options.ts";

/** How the axes of arrays are ordered for a formula, and back. */
export interface Arrangement {
  readonly forFormula: (input: ReadInput) => ReadInput;
  /** What broadcasts to this shape. */
  readonly forOption: (tensor: Tensor, shape: string) => Tensor;
  readonly forCaller: (result: Tensor, shape: string) => Tensor;
}

const asItIs: Arrangement = {
  forFormula: (input) => input,
  forOption: (tensor) => tensor,
  forCaller: (result) => result,
};

/** The arrangement that the option of kind "axis" asks for, if there is one. Throws, naming the function, if no argument has that axis. */
export function arrangementOf(
  caller: string,
  table: OptionTable,
  options: Readonly<Record<string, unknown>>,
  inputs: readonly ReadInput[],
): Arrangement {
  const [name, option] = Object.entries(table).find(([, { kind }]) => kind === "axis") ?? [];
  if (name === undefined || option?.kind !== "axis") return asItIs;
  const axis = (options[name] ?? option.default) as number;
  // A vector lies along the axis itself, wherever that is.
  const hasAxis = (shape: string): boolean =>
    rolesOf(shape).every(({ leading, axes }) => axes.at(-1) === option.of && (leading || axes.length > 1));
  const rank = Math.max(0, ...inputs.flatMap(({ form, tensor }) => (hasAxis(form.shape) ? [tensor.rank] : [])));
  if (rank === 0 || axis === -1) return asItIs;
  const fromEnd = normalizeAxes(caller, axis, rank)[0]! - rank;
  return {
    forFormula: (input) => {
      if (!hasAxis(input.form.shape)) return input;
      if (input.tensor.rank + fromEnd < 0) throw noSuchAxis(caller, input, name, axis);
      return { ...input, tensor: moved(input.tensor, fromEnd, -1), given: input.tensor };
    },
    forOption: (tensor, shape) =>
      hasAxis(shape) && tensor.rank > 1 && tensor.rank + fromEnd >= 0 ? moved(tensor, fromEnd, -1) : tensor,
    forCaller: (result, shape) => (hasAxis(shape) ? moved(result, -1, fromEnd) : result),
  };
}

/** The tensor with an axis at another place, both counted from the end. */
function moved(tensor: Tensor, from: number, to: number): Tensor {
  const order = tensor.shape.map((_, position) => position);
  const [axis] = order.splice(tensor.rank + from, 1);
  order.splice(tensor.rank + to, 0, axis!);
  return from === to ? tensor : tensor.transpose(order);
}

function noSuchAxis(caller: string, { name, tensor }: ReadInput, option: string, axis: number): ShapeError {
  return new ShapeError(`${caller}: ${name} must have the axis that ${option} names, ${axis}, got ${tensor}.`);
}

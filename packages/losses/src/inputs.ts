/** How do the arrays of a call become what a formula is given: floats of one dtype, and elements that are checked? */
import { type Tensor, type TensorLike, asTensor, asTensors, check, checkClassIndices, toFloat } from "@symloss/core";
import { type BoundShapes, type ShapedArgument, chooseRoles } from "./check.ts";
import type { ArgumentForm } from "./definition.ts";
import { elementTraits } from "./elements.ts";
import { type ElementsOfShape, toBool } from "./options.ts";

/** An array as it was given, and what it may be. */
export interface Input extends Omit<ElementsOfShape, "elements"> {
  readonly name: string;
  readonly forms: readonly ArgumentForm[];
  readonly help?: string;
  readonly value: TensorLike;
}

/** An array in the form that it has. */
export interface ReadInput extends ShapedArgument, Omit<Input, "value"> {
  readonly form: ArgumentForm;
}

/** Floats of one dtype, which options that are arrays share; other elements as they came. */
export function readInputs(
  caller: string,
  inputs: readonly Input[],
  options: Readonly<Record<string, TensorLike>>,
): { readonly inputs: readonly ReadInput[]; readonly met: Readonly<Record<string, Tensor>> } {
  const forms = chooseForms(caller, inputs);
  const floats = inputs.filter((_, index) => elementTraits[forms[index]!.elements].isFloat);
  const meeting = { ...Object.fromEntries(floats.map(({ name, value }) => [name, value])), ...options };
  const names = Object.keys(meeting);
  const tensors = asTensors(caller, meeting).map(toFloat);
  const met = Object.fromEntries(names.map((name, index) => [name, tensors[index]!]));
  const read = inputs.map(({ value, ...input }, index): ReadInput => {
    const tensor = met[input.name] ?? asTensor(value, caller, input.name);
    return { ...input, form: forms[index]!, tensor };
  });
  return { inputs: read, met: Object.fromEntries(Object.keys(options).map((name) => [name, met[name]!])) };
}

/** What has a single form has that one, whatever its rank, which is checked with its shape. */
function chooseForms(caller: string, inputs: readonly Input[]): readonly ArgumentForm[] {
  if (inputs.every(({ forms }) => forms.length === 1)) return inputs.map(({ forms }) => forms[0]!);
  const shaped = inputs.map(({ value, ...input }) => ({ ...input, tensor: asTensor(value, caller, input.name) }));
  const roles = chooseRoles(caller, shaped);
  return inputs.map(({ forms }, index) => forms.find(({ shape }) => shape === roles[index]!.shape)!);
}

/** The tensor, whose elements are checked if they come from the host; class indices as int32, booleans as bool. */
export function checkElements(
  caller: string,
  { name, tensor, form, of = "classes", except, check: own, elementHelp }: ReadInput,
  { lengthOf }: BoundShapes,
  options: Readonly<Record<string, unknown>>,
): Tensor {
  const length = lengthOf(of);
  if (form.elements === "boolean") return toBool(tensor);
  if (form.elements === "classIndex") {
    if (length === undefined) return tensor;
    const ignored = except === undefined ? undefined : (options[except] as number | undefined);
    return checkClassIndices(caller, name, tensor, length, ignored);
  }
  if (form.elements === "length" && length !== undefined)
    return check(caller, name, tensor, { kind: "lengths", longest: length }).cast("int32");
  const kind = own ?? elementTraits[form.elements].check ?? "none";
  if (kind === "none") return tensor;
  return check(caller, name, tensor, { kind, ...(elementHelp !== undefined && { help: elementHelp }) });
}

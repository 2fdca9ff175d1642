/** What are the shape and dtype of each input of a loss, if the user gives some and the rest follow from the loss's definition? */
import type { Dimension, Shape } from "@symloss/core";
import type { ModelInput } from "@symloss/engine-onnx/export";
import {
  type ArgumentDefinition,
  type ArgumentForm,
  type ElementTraits,
  type LossDefinition,
  elementTraits,
} from "@symloss/losses";
import { Failure } from "./failure.ts";
import { didYouMean } from "./meant.ts";

/** A shape given for one argument or option, or for the largest argument. */
export interface GivenShape {
  readonly argument?: string;
  readonly shape: Shape;
}

/** Parses `batch,10` or `qMean=batch,4`; a scalar's shape is empty. */
export function parseShape(text: string): GivenShape {
  const { argument, list } = /^(?:(?<argument>\w+)=)?(?<list>.*)$/.exec(text)!.groups as {
    argument?: string;
    list: string;
  };
  const shape = list === "" ? [] : list.split(",").map(parseDimension);
  return { ...(argument === undefined ? {} : { argument }), shape };
}

function parseDimension(text: string): Dimension {
  if (/^\d+$/.test(text)) return Number(text);
  if (/^[a-z_]\w*$/i.test(text)) return text;
  throw new Failure(
    `--shape must be lengths and names separated by commas, such as batch,10, got ${JSON.stringify(text)}.`,
  );
}

/** The type in the model for each type of elements. */
export type InputTypes = Readonly<Record<ElementTraits["dtype"], NonNullable<ModelInput["dtype"]>>>;

/** The inputs of a model, by name. */
export interface ModelInputs {
  readonly arguments: Readonly<Record<string, ModelInput>>;
  /** Options that are given when the model runs. */
  readonly options: Readonly<Record<string, ModelInput>>;
}

/**
 * The inputs of a loss. Throws `Failure` if the shapes are not enough, name neither an argument nor an option that may be an array, or are
 * several of one.
 */
export function inputsOf(definition: LossDefinition, given: readonly GivenShape[], types: InputTypes): ModelInputs {
  const names = given.map(({ argument }) => argument);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined || names.lastIndexOf(undefined) > names.indexOf(undefined))
    throw new Failure(`--shape must be given once for ${twice ?? "the largest argument"}, got several.`);
  const ofOptions = given.filter(({ argument }) => argument !== undefined && arrayOption(definition, argument));
  return {
    arguments: argumentsOf(
      definition,
      given.filter((one) => !ofOptions.includes(one)),
      types,
    ),
    options: Object.fromEntries(
      ofOptions.map(({ argument, shape }) => [
        argument!,
        { shape, dtype: typeOf(arrayOption(definition, argument!)!, types) },
      ]),
    ),
  };
}

/** What the elements of an option are that may be an array; undefined if it may not, or there is none of that name. */
function arrayOption({ options }: LossDefinition, name: string): Pick<ArgumentForm, "elements"> | undefined {
  const option = Object.hasOwn(options, name) ? options[name]! : undefined;
  if (option?.kind === "mask") return { elements: "boolean" };
  if (option?.kind === "tensor") return { elements: "float" };
  return option?.kind === "array" ? { elements: [option.elements ?? "float"].flat()[0]! } : undefined;
}

function argumentsOf(
  definition: LossDefinition,
  given: readonly GivenShape[],
  types: InputTypes,
): Record<string, ModelInput> {
  const wanted = definition.arguments.filter(({ elements }) => elements !== "count");
  const chosen = chooseForms(wanted, given);
  const known = bind(chosen);
  const inputs = wanted.map((argument): [string, ModelInput] => {
    const { form, shape } = chosen.get(argument.name) ?? fillIn(argument, known);
    return [argument.name, { shape, dtype: typeOf(form, types) }];
  });
  return Object.fromEntries(inputs);
}

function typeOf({ elements }: Pick<ArgumentForm, "elements">, types: InputTypes): InputTypes["float"] {
  return types[elementTraits[elements].dtype];
}

/** A form, and the shape in it: `[.., classes]` and `["batch", 10]`. */
interface Chosen {
  readonly form: ArgumentForm;
  readonly shape: Shape;
}

/** The arguments whose shapes are given, each in the form that matches its rank. */
function chooseForms(wanted: readonly ArgumentDefinition[], given: readonly GivenShape[]): Map<string, Chosen> {
  const chosen = new Map<string, Chosen>();
  for (const { argument: name, shape } of given) {
    const argument = name === undefined ? largest(wanted) : wanted.find((one) => one.name === name);
    if (argument === undefined) {
      const names = wanted.map((one) => one.name);
      const help = didYouMean(name!, names);
      throw new Failure(`--shape must name one of ${names.join(", ")}, got ${JSON.stringify(name)}.${help}`);
    }
    const form = argument.forms
      .toSorted((left, right) => right.axes.length - left.axes.length)
      .find(({ leading, axes }) => (leading ? shape.length >= axes.length : shape.length === axes.length));
    if (form === undefined) {
      throw new Failure(`--shape must fit ${argument.name}, which is ${argument.shape}, got ${shape.join(",")}.`);
    }
    chosen.set(argument.name, { form, shape });
  }
  return chosen;
}

/** The first of the arguments with the most axes. */
function largest(wanted: readonly ArgumentDefinition[]): ArgumentDefinition {
  const size = (argument: ArgumentDefinition): number =>
    Math.max(...argument.forms.map(({ axes, leading }) => axes.length + (leading ? 1 : 0)));
  return wanted.toSorted((left, right) => size(right) - size(left))[0]!;
}

/** The known lengths of named axes; a batch that is not given keeps its name. */
interface Known {
  readonly axes: ReadonlyMap<string, Dimension>;
  readonly leading: Shape;
}

function bind(chosen: ReadonlyMap<string, Chosen>): Known {
  const axes = new Map<string, Dimension>([["batch", "batch"]]);
  let leading: Shape = ["batch"];
  for (const { form, shape } of chosen.values()) {
    const start = shape.length - form.axes.length;
    for (const [index, name] of form.axes.entries()) axes.set(name, shape[start + index]!);
    if (form.leading) leading = shape.slice(0, start);
  }
  return { axes, leading };
}

/** The first form all of whose axes are known. */
function fillIn({ name, shape, forms }: ArgumentDefinition, { axes, leading }: Known): Chosen {
  const form = forms.find((one) => one.axes.every((axis) => axes.has(axis)));
  if (form !== undefined) {
    return { form, shape: [...(form.leading ? leading : []), ...form.axes.map((axis) => axes.get(axis)!)] };
  }
  const wanted = forms[0]!.axes;
  const unknown = wanted.filter((axis) => !axes.has(axis));
  throw new Failure(
    `--shape must determine ${unknown.join(" and ")}, got nothing. Give the shape of ${name}, which is ${shape}: --shape ${name}=${wanted.join(",")}.`,
  );
}

/** What are the shape and dtype of each input of a loss, if the user gives some and the rest follow from the loss's definition? */
import type { DType, Dimension, InputSpec, Shape } from "@symloss/core";
import type { ArgumentDefinition, LossDefinition } from "@symloss/losses";
import { Failure } from "./failure.ts";

/** A shape given for one argument, or for the largest. */
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

/** The inputs of a loss. Throws `Failure` if the shapes are not enough, or name an unknown argument. */
export function inputsOf(
  definition: LossDefinition,
  given: readonly GivenShape[],
  dtype: DType,
): Record<string, InputSpec> {
  const wanted = definition.arguments.filter(({ elements }) => elements !== "count");
  const chosen = chooseRoles(wanted, given);
  const known = bind(chosen);
  const inputs = wanted.map((argument): [string, InputSpec] => {
    const { role, shape } = chosen.get(argument.name) ?? fillIn(argument, known);
    // Scores given instead of indices are floats.
    const indices = argument.elements === "classIndex" && role === rolesOf(argument)[0];
    return [argument.name, { shape, dtype: indices ? "int32" : dtype }];
  });
  return Object.fromEntries(inputs);
}

/** A role, and the shape in it: `[.., classes]` and `["batch", 10]`. */
interface Chosen {
  readonly role: string;
  readonly shape: Shape;
}

/** The arguments whose shapes are given, each in the role that matches its rank. */
function chooseRoles(wanted: readonly ArgumentDefinition[], given: readonly GivenShape[]): Map<string, Chosen> {
  const chosen = new Map<string, Chosen>();
  for (const { argument: name, shape } of given) {
    const argument = name === undefined ? largest(wanted) : wanted.find((one) => one.name === name);
    if (argument === undefined) {
      throw new Failure(
        `--shape must name one of ${wanted.map((one) => one.name).join(", ")}, got ${JSON.stringify(name)}.`,
      );
    }
    const roles = rolesOf(argument).toSorted((left, right) => axesOf(right).length - axesOf(left).length);
    const role = roles.find((one) =>
      hasLeading(one) ? shape.length >= axesOf(one).length : shape.length === axesOf(one).length,
    );
    if (role === undefined) {
      throw new Failure(`--shape must fit ${argument.name}, which is ${argument.shape}, got ${shape.join(",")}.`);
    }
    chosen.set(argument.name, { role, shape });
  }
  return chosen;
}

/** The first of the arguments with the most axes. */
function largest(wanted: readonly ArgumentDefinition[]): ArgumentDefinition {
  const size = (argument: ArgumentDefinition): number =>
    Math.max(...rolesOf(argument).map((role) => axesOf(role).length + (hasLeading(role) ? 1 : 0)));
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
  for (const { role, shape } of chosen.values()) {
    const names = axesOf(role);
    const start = shape.length - names.length;
    for (const [index, name] of names.entries()) axes.set(name, shape[start + index]!);
    if (hasLeading(role)) leading = shape.slice(0, start);
  }
  return { axes, leading };
}

/** The first role all of whose axes are known. */
function fillIn(argument: ArgumentDefinition, { axes, leading }: Known): Chosen {
  const role = rolesOf(argument).find((one) => axesOf(one).every((name) => axes.has(name)));
  if (role !== undefined) {
    return { role, shape: [...(hasLeading(role) ? leading : []), ...axesOf(role).map((name) => axes.get(name)!)] };
  }
  const unknown = axesOf(rolesOf(argument)[0]!).filter((name) => !axes.has(name));
  throw new Failure(
    `--shape must determine ${unknown.join(" and ")}, got nothing. Give the shape of ${argument.name}, which is ${argument.shape}: --shape ${argument.name}=${axesOf(rolesOf(argument)[0]!).join(",")}.`,
  );
}

function rolesOf({ shape }: ArgumentDefinition): string[] {
  return shape.split(" or ");
}

function hasLeading(role: string): boolean {
  return role.startsWith("[..");
}

/** The names of a role's own axes. */
function axesOf(role: string): string[] {
  return role
    .slice(1, -1)
    .split(", ")
    .filter((name) => name !== "" && name !== "..");
}

/** Do the shapes of a loss's arguments fit the roles that it gives them, as `[.., classes]`? */
import { type Dimension, type Shape, ShapeError, type Tensor, broadcastShapes, sameShape } from "@symloss/core";

/** The name of an argument and the shape that it must have. */
export interface ArgumentShape {
  readonly name: string;
  /**
   * Named axes, each of one length in all arguments: `[batch, D]`; `..` stands for any number of leading axes.
   * One of several: `[batch] or [batch, classes]`.
   */
  readonly shape: string;
  /** A sentence of help for a wrong shape. */
  readonly help?: string;
}

/** An argument with the tensor that was given for it. */
export interface ShapedArgument extends ArgumentShape {
  readonly tensor: Tensor;
}

/** The shape that stands behind a role, once the arguments are known. */
export type ShapeOf = (role: string) => Shape;

/** Throws `ShapeError`, naming the arguments, unless their shapes fit; else returns the shape behind each role. */
export function bindShapes(caller: string, args: readonly ShapedArgument[], broadcasts: boolean): ShapeOf {
  const lengths = new Map<string, { readonly length: Dimension; readonly from: ShapedArgument }>();
  let leading: { readonly shape: Shape; readonly from: ShapedArgument } | undefined;
  for (const argument of args) {
    const { tensor } = argument;
    const role = chooseRole(caller, argument, leading?.shape.length);
    const start = tensor.rank - role.axes.length;
    for (const [index, name] of role.axes.entries()) {
      const length = tensor.shape[start + index]!;
      if (length === 0 && neverEmpty.has(name)) throw emptyAxis(caller, argument, name);
      const known = lengths.get(name);
      if (known === undefined) lengths.set(name, { length, from: argument });
      else if (known.length !== length)
        throw conflict(caller, known.from, argument, `${name} is ${known.length}`, length);
    }
    if (!role.leading) continue;
    const shape = tensor.shape.slice(0, start);
    if (leading === undefined) {
      leading = { shape, from: argument };
    } else if (broadcasts) {
      const common = broadcastShapes(leading.shape, shape);
      if (common === undefined) throw noBroadcast(caller, leading.from, argument);
      leading = { ...leading, shape: common };
    } else if (!sameShape(leading.shape, shape)) {
      throw conflict(caller, leading.from, argument, `.. is [${leading.shape.join(",")}]`, `[${shape.join(",")}]`);
    }
  }
  return (text) => {
    const role = parseRole(text);
    return [...(role.leading ? (leading?.shape ?? []) : []), ...role.axes.map((name) => lengths.get(name)!.length)];
  };
}

/** Throws `ShapeError` unless the tensor broadcasts to the shape, which it must not make larger. */
export function requireBroadcastTo(
  caller: string,
  name: string,
  tensor: Tensor,
  role: string,
  shape: Shape,
  help?: string,
): void {
  const common = broadcastShapes(tensor.shape, shape);
  if (common === undefined || !sameShape(common, shape)) {
    throw new ShapeError(
      withHelp(`${caller}: ${name} must broadcast to ${role}, here [${shape.join(",")}], got ${tensor}.`, help),
    );
  }
}

/** Of these there is one at least: nothing is likelier than something else among none. */
const neverEmpty: ReadonlySet<string> = new Set(["classes", "clusters"]);

function emptyAxis(caller: string, { name, shape, tensor, help }: ShapedArgument, axis: string): ShapeError {
  return new ShapeError(
    withHelp(`${caller}: ${name} must be ${shape} with a number of ${axis} from 1, got ${tensor}.`, help),
  );
}

/**
 * A shape as an argument declares it: named axes, each of one length in all arguments, `[batch, D]`; `..` stands for any number of
 * leading axes, `[.., classes]`.
 */
export interface Role {
  /** As it is written. */
  readonly shape: string;
  /** Whether any number of axes comes first. */
  readonly leading: boolean;
  /** The names of the other axes. */
  readonly axes: readonly string[];
}

/** The shapes that a text names: one, or several between which "or" stands. */
export function rolesOf(shape: string): readonly Role[] {
  return shape.split(" or ").map(parseRole);
}

function parseRole(shape: string): Role {
  const names = shape
    .slice(1, -1)
    .split(", ")
    .filter((name) => name !== "");
  const leading = names[0] === "..";
  return { shape, leading, axes: leading ? names.slice(1) : names };
}

/** Of an argument's roles the one that has its rank. */
function chooseRole(caller: string, argument: ShapedArgument, leadingRank: number | undefined): Role {
  const { rank } = argument.tensor;
  const fitting = rolesOf(argument.shape).filter(({ leading, axes }) =>
    leading ? rank >= axes.length : rank === axes.length,
  );
  const role = fitting.find(({ axes }) => rank - axes.length === leadingRank) ?? fitting[0];
  if (role !== undefined) return role;
  throw new ShapeError(
    withHelp(`${caller}: ${argument.name} must be ${argument.shape}, got ${argument.tensor}.`, argument.help),
  );
}

function conflict(
  caller: string,
  left: ShapedArgument,
  right: ShapedArgument,
  what: string,
  other: Dimension,
): ShapeError {
  const message =
    `${caller}: ${left.name} and ${right.name} must be ${left.shape} and ${right.shape}, ` +
    `got ${left.tensor} and ${right.tensor}. ${what} in ${left.name} and ${other} in ${right.name}.`;
  return new ShapeError(withHelp(message, left.help ?? right.help));
}

function noBroadcast(caller: string, left: ShapedArgument, right: ShapedArgument): ShapeError {
  return new ShapeError(
    `${caller}: ${left.name} and ${right.name} must have shapes that broadcast, ` +
      `got ${left.tensor} and ${right.tensor}. ` +
      "Aligned at the last axis, lengths must be equal or 1.",
  );
}

function withHelp(message: string, help: string | undefined): string {
  return help === undefined ? message : `${message} ${help}`;
}

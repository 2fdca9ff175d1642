/** Do the shapes of a loss's arguments fit the roles that it gives them, as `[.., classes]`? */
import { type Dimension, type Shape, ShapeError, type Tensor, broadcastShapes, sameShape } from "@symloss/core";

/** The name of an argument and the shape that it must have. */
export interface ArgumentShape {
  readonly name: string;
  /**
   * Named axes, each of one length in all arguments: `[batch, D]`; a number is that length; `..` stands for any number of leading axes.
   * One of several: `[batch] or [batch, classes]`, the same for all arguments of which the same is said.
   */
  readonly shape: string;
  /** A sentence of help for a wrong shape. */
  readonly help?: string;
}

/** An argument with the tensor that was given for it. */
export interface ShapedArgument extends ArgumentShape {
  readonly tensor: Tensor;
  /** What messages show: what was given, where `tensor` has its axes in another order, or a count. */
  readonly given?: Tensor | number;
}

/**
 * How the axes that `..` stands for may differ between arguments: not at all; so that the shape of each result is that of one of any two;
 * or as NumPy has it, where each of two may repeat the other.
 */
export type Broadcasting = false | "oneSided" | "mutual";

/** The shapes that stand behind roles, once the arguments are known. */
export interface BoundShapes {
  readonly shapeOf: ShapeOf;
  /** The length of a named axis, if an argument has one of that name. */
  readonly lengthOf: (axis: string) => Dimension | undefined;
}

/** The shape that stands behind a role, once the arguments are known. */
export type ShapeOf = (role: string) => Shape;

/** Throws `ShapeError`, naming the arguments, unless their shapes fit; else returns the shape behind each role. */
export function bindShapes(
  caller: string,
  args: readonly ShapedArgument[],
  broadcasts: Broadcasting,
  counts: Readonly<Record<string, number>> = {},
): BoundShapes {
  const roles = chooseRoles(caller, args);
  requireSameForms(caller, args, roles);
  const lengths = bindAxes(caller, args, roles, counts);
  const shared = bindLeading(caller, args, roles, broadcasts);
  return {
    shapeOf: (text) => {
      const { leading, axes } = parseRole(text);
      return [...(leading ? shared : []), ...axes.map((name) => fixedLength(name) ?? lengths.get(name)!.length)];
    },
    lengthOf: (name) => lengths.get(name)?.length,
  };
}

/** Of each argument's roles the one that has its rank; of several that have it, the one that leaves as many leading axes as others have. */
export function chooseRoles(caller: string, args: readonly ShapedArgument[]): readonly Role[] {
  const ranks = args.flatMap(({ shape, tensor }) => {
    const [role, ...others] = rolesOf(shape);
    return others.length === 0 && role!.leading ? [tensor.rank - role!.axes.length] : [];
  });
  const leadingRank = ranks.length === 0 ? undefined : Math.max(...ranks);
  return args.map((argument) => chooseRole(caller, argument, leadingRank));
}

function chooseRole(caller: string, argument: ShapedArgument, leadingRank: number | undefined): Role {
  const { rank } = argument.tensor;
  const fitting = rolesOf(argument.shape).filter(({ leading, axes }) =>
    leading ? rank >= axes.length : rank === axes.length,
  );
  const role = fitting.find(({ axes }) => rank - axes.length === leadingRank) ?? fitting[0];
  if (role === undefined) throw wrongShape(caller, argument, argument.shape);
  return role;
}

/** Arguments that may have the same shapes have the same one of them. */
function requireSameForms(caller: string, args: readonly ShapedArgument[], roles: readonly Role[]): void {
  for (const [index, argument] of args.entries()) {
    const other = args.findIndex(({ shape }) => shape === argument.shape);
    if (roles[other]!.shape === roles[index]!.shape) continue;
    const { name, shape, tensor, given = tensor, help } = argument;
    const before = args[other]!;
    throw new ShapeError(
      withHelp(
        `${caller}: ${before.name} and ${name} must both be ${shape.replace(" or ", ", or both ")}, ` +
          `got ${before.given ?? before.tensor} and ${given}.`,
        help,
      ),
    );
  }
}

interface KnownLength {
  readonly length: Dimension;
  readonly from: Pick<ShapedArgument, "name" | "shape" | "help" | "given"> & { readonly tensor?: Tensor };
}

/** The length of each named axis. */
function bindAxes(
  caller: string,
  args: readonly ShapedArgument[],
  roles: readonly Role[],
  counts: Readonly<Record<string, number>>,
): ReadonlyMap<string, KnownLength> {
  const lengths = new Map<string, KnownLength>(
    Object.entries(counts).map(([name, given]) => [name, { length: given, from: { name, shape: "a count", given } }]),
  );
  for (const [position, argument] of args.entries()) {
    const { tensor } = argument;
    const { axes } = roles[position]!;
    for (const [index, name] of axes.entries()) {
      const length = tensor.shape[tensor.rank - axes.length + index]!;
      const wanted = fixedLength(name);
      if (wanted !== undefined && length !== wanted) throw wrongShape(caller, argument, argument.shape);
      if (length === 0 && neverEmpty.has(name)) {
        throw wrongShape(caller, argument, `${argument.shape} with a number of ${name} from 1`);
      }
      const known = lengths.get(name);
      if (known === undefined) lengths.set(name, { length, from: argument });
      else if (known.length !== length)
        throw conflict(caller, known.from, argument, `${name} is ${known.length}`, length);
    }
  }
  return lengths;
}

/** The shape that `..` stands for in the result. */
function bindLeading(
  caller: string,
  args: readonly ShapedArgument[],
  roles: readonly Role[],
  broadcasts: Broadcasting,
): Shape {
  const parts = args.flatMap((from, index) => {
    const { leading, axes } = roles[index]!;
    const own = axes.length;
    return leading ? [{ from, own, shape: from.tensor.shape.slice(0, from.tensor.rank - own) }] : [];
  });
  for (const [index, part] of parts.entries()) {
    for (const before of parts.slice(0, index)) requireTogether(caller, before, part, broadcasts);
  }
  const common = broadcastShapes(...parts.map(({ shape }) => shape));
  if (common === undefined) throw noBroadcast(caller, parts[0]!.from, parts.at(-1)!.from);
  return common;
}

interface LeadingAxes {
  readonly from: ShapedArgument;
  /** How many axes come after them. */
  readonly own: number;
  readonly shape: Shape;
}

function requireTogether(caller: string, left: LeadingAxes, right: LeadingAxes, broadcasts: Broadcasting): void {
  if (sameShape(left.shape, right.shape)) return;
  if (broadcasts === false) {
    throw conflict(caller, left.from, right.from, `.. is [${left.shape.join(",")}]`, `[${right.shape.join(",")}]`);
  }
  const common = broadcastShapes(left.shape, right.shape);
  if (common === undefined) throw noBroadcast(caller, left.from, right.from);
  if (broadcasts === "mutual" || sameShape(common, left.shape) || sameShape(common, right.shape)) return;
  throw bothGrow(caller, left, right, common);
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

/**
 * A shape as an argument declares it: named axes, each of one length in all arguments, `[batch, D]`; `..` stands for any number of
 * leading axes, `[.., classes]`.
 */
export interface Role {
  /** As it is written. */
  readonly shape: string;
  /** Whether any number of axes comes first. */
  readonly leading: boolean;
  /** The names of the other axes; a number where the length is fixed. */
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

/** The length that an axis must have, where it is named by a number. */
function fixedLength(axis: string): number | undefined {
  return /^\d+$/.test(axis) ? Number(axis) : undefined;
}

function wrongShape(caller: string, { name, tensor, given = tensor, help }: ShapedArgument, must: string): ShapeError {
  return new ShapeError(withHelp(`${caller}: ${name} must be ${must}, got ${given}.`, help));
}

function conflict(
  caller: string,
  left: KnownLength["from"],
  right: ShapedArgument,
  what: string,
  other: Dimension,
): ShapeError {
  const message =
    `${caller}: ${left.name} and ${right.name} must be ${left.shape} and ${right.shape}, ` +
    `got ${left.given ?? left.tensor} and ${right.given ?? right.tensor}. ${what} in ${left.name} and ${other} in ${right.name}.`;
  return new ShapeError(withHelp(message, left.help ?? right.help));
}

function noBroadcast(caller: string, left: ShapedArgument, right: ShapedArgument): ShapeError {
  return new ShapeError(
    `${caller}: ${left.name} and ${right.name} must have shapes that broadcast, ` +
      `got ${left.given ?? left.tensor} and ${right.given ?? right.tensor}. ` +
      "Aligned at the last axis, lengths must be equal or 1.",
  );
}

/** A column beside a row would be compared with every element of it. */
function bothGrow(caller: string, left: LeadingAxes, right: LeadingAxes, common: Shape): ShapeError {
  const names = [left, right].map(({ from }) => from.name);
  const tensors = [left, right].map(({ from }) => from.given ?? from.tensor);
  const column = [left, right].find(
    ({ shape }, index) => shape.at(-1) === 1 && isWithin(shape.slice(0, -1), [right, left][index]!.shape),
  );
  const wayOut =
    column === undefined
      ? "Reshape one of them, or repeat it on purpose with broadcastTo."
      : `Did you mean ${column.from.name}.squeeze(${-1 - column.own})? Else reshape one of them, or repeat it on purpose with broadcastTo.`;
  return new ShapeError(
    `${caller}: ${names.join(" and ")} must broadcast to the shape of one of the two, got ${tensors.join(" and ")}, ` +
      `which together are [${common.join(",")}]. ${wayOut}`,
  );
}

/** Whether one of the two has the shape of both together. */
function isWithin(left: Shape, right: Shape): boolean {
  const common = broadcastShapes(left, right);
  return common !== undefined && [left, right].some((shape) => sameShape(shape, common));
}

function withHelp(message: string, help: string | undefined): string {
  return help === undefined ? message : `${message} ${help}`;
}

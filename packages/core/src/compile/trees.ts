/** How does a user go through the arrays of a tree: the parameters of a model, their gradients, the state of an optimiser? */
import { describe } from "../array/describe.ts";
import { type DeviceArrayOf, isDeviceArray } from "../array/device-array.ts";
import { DTypeError, ShapeError } from "../array/errors.ts";
import { type ArrayInput, convert } from "../array/convert.ts";
import { type OptionTable, checkOptions, functionRule, refuseSurplus, requireRule } from "../array/options.ts";
import { type Leaf, type Structure, flatten, unflatten } from "../array/tree.ts";
import type { DeviceArray, Engine } from "../engine/contract.ts";
import { engineRule } from "../engine/options.ts";
import { isFloat64 } from "./arguments.ts";
import { isArrayLeaf } from "./trace.ts";
import type { TensorLike } from "../tensor/tensor.ts";

/** What a function of the leaves makes of a tree. */
export type Mapped<Tree, Result> = Tree extends TensorLike | DeviceArrayOf<Engine>
  ? Result
  : { -readonly [K in keyof Tree]: Mapped<Tree[K], Result> };

/** What stands at the leaves of a tree. */
export type LeafOf<Tree> = Tree extends TensorLike | DeviceArrayOf<Engine>
  ? Tree
  : Tree extends readonly (infer Element)[]
    ? LeafOf<Element>
    : { [K in keyof Tree]: LeafOf<Tree[K]> }[keyof Tree];

/** Lists and records of tensors or arrays, taken leaf by leaf; an array of numbers is a leaf. */
export const tree: {
  /**
   * The tree of what the function gives for each leaf of a tree, and the leaves at the same place of others of the same structure.
   * Throws `ShapeError` if another has not its structure.
   * @example tree.map((weight, slope) => weight - 0.5 * slope, { a: 1, b: 2 }, { a: 4, b: 6 }) // { a: -1, b: -1 }
   */
  readonly map: <const First, const Others extends readonly unknown[], Result>(
    fn: (leaf: LeafOf<NoInfer<First>>, ...others: { [K in keyof Others]: LeafOf<NoInfer<Others>[K]> }) => Result,
    first: First,
    ...others: Others
  ) => Mapped<First, Result>;
  /** The leaves in order: lists by position, records by the order of their keys. */
  readonly leaves: <const Tree>(of: Tree) => LeafOf<Tree>[];
} = { map: mapTree as never, leaves: leavesOf as never };

function mapTree(fn: (...leaves: unknown[]) => unknown, first: unknown, ...others: unknown[]): unknown {
  requireRule("tree.map", "fn", functionRule, fn);
  const { leaves, structure } = flattenAny("tree.map", first, "the first tree");
  const rest = others.map((other, index) => {
    const name = `tree ${index + 1}`;
    const flat = flattenAny("tree.map", other, name);
    if (JSON.stringify(flat.structure) === JSON.stringify(structure)) return flat.leaves;
    throw new ShapeError(
      `tree.map: ${name} must have the structure of the first, got ${describe(other)} for ${describe(first)}.`,
    );
  });
  return unflatten(
    structure,
    leaves.map(({ value }, index) => fn(value, ...rest.map((list) => list[index]!.value))),
  );
}

function leavesOf(of: unknown): unknown[] {
  return flattenAny("tree.leaves", of, "the tree").leaves.map(({ value }) => value);
}

function flattenAny(caller: string, value: unknown, path: string): { leaves: Leaf[]; structure: Structure } {
  return flatten(caller, value, (node) => isDeviceArray(node) || isArrayLeaf(node), path);
}

/** The handles of a tree of arrays. */
export type Uploaded<Tree> = Tree extends ArrayInput ? DeviceArray : { -readonly [K in keyof Tree]: Uploaded<Tree[K]> };

/**
 * Copies an array, or each array of a tree, to an engine's device, where calls take it without a copy. Numbers and lists of them take
 * the precision of the other arrays. Throws `DTypeError` if something is no array, or of a dtype that the engine lacks; then nothing stays.
 * @example const parameters = await upload({ weights: [1, 2], bias: 0 }, { engine })
 */
export async function upload<const Tree>(arrays: Tree, options: { readonly engine: Engine }): Promise<Uploaded<Tree>> {
  refuseSurplus("upload", arguments, ["arrays", "options"]);
  checkOptions("upload", options, uploadOptions);
  const { leaves, structure } = flattenAny("upload", arrays, "");
  const literal = leaves.some(({ value }) => isFloat64(value)) ? "float64" : "float32";
  const converted = leaves.map(({ path, value }) =>
    convert("upload", path === "" ? "arrays" : path, value, { literal }),
  );
  const handles: DeviceArray[] = [];
  try {
    for (const array of converted) handles.push(await options.engine.upload(array));
  } catch (error) {
    for (const handle of handles) handle.dispose();
    throw error;
  }
  return unflatten(structure, handles) as Uploaded<Tree>;
}

const uploadOptions: OptionTable<{ engine: Engine }> = { engine: engineRule };

/**
 * Frees every device array of a tree; a second call does nothing. Throws `DTypeError`, and frees nothing, if something else is in it.
 * @example dispose(await upload({ weights: [1, 2], bias: 0 }, { engine }))
 */
export function dispose(handles: unknown): void {
  refuseSurplus("dispose", arguments, ["handles"]);
  const { leaves } = flattenAny("dispose", handles, "handles");
  const other = leaves.find(({ value }) => !isDeviceArray(value));
  if (other !== undefined) {
    throw new DTypeError(`dispose: ${other.path} must be an array on a device, got ${describe(other.value)}.`);
  }
  for (const { value } of leaves) (value as DeviceArray).dispose();
}

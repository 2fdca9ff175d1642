/** How are nested lists and records of arrays taken apart and put together again? */

/** A leaf, or a list or record of trees. */
export type Tree<Leaf> = Leaf | readonly Tree<Leaf>[] | { readonly [name: string]: Tree<Leaf> };

/** The shape of a tree without its leaves; null stands for one. */
export type Structure = null | readonly Structure[] | { readonly [name: string]: Structure };

/** A leaf and the path to it: `[0].weights`. */
export interface Leaf {
  readonly path: string;
  readonly value: unknown;
}

/** The leaves in order: lists by position, records by the order of their keys. */
export function flatten(
  tree: unknown,
  isLeaf: (value: unknown) => boolean,
  path = "",
): { leaves: Leaf[]; structure: Structure } {
  const leaves: Leaf[] = [];
  const walk = (node: unknown, position: string): Structure => {
    if (isLeaf(node) || !isBranch(node)) {
      leaves.push({ path: position, value: node });
      return null;
    }
    if (Array.isArray(node)) return node.map((item, index) => walk(item, `${position}[${index}]`));
    return Object.fromEntries(
      Object.entries(node).map(([name, item]) => [name, walk(item, position === "" ? name : `${position}.${name}`)]),
    );
  };
  return { structure: walk(tree, path), leaves };
}

/** The tree of this structure whose leaves are these, in order. */
export function unflatten(structure: Structure, leaves: readonly unknown[]): unknown {
  let next = 0;
  const build = (node: Structure): unknown => {
    if (node === null) return leaves[next++];
    if (Array.isArray(node)) return node.map(build);
    return Object.fromEntries(Object.entries(node).map(([name, item]) => [name, build(item)]));
  };
  return build(structure);
}

/** A list or a plain record; anything else is a leaf. */
function isBranch(value: unknown): value is readonly unknown[] | Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Whether a value is an array rather than a tree of arrays: a nested list whose leaves are all numbers or booleans. */
export function isNestedArray(value: unknown): boolean {
  if (typeof value === "number" || typeof value === "boolean") return true;
  return Array.isArray(value) && value.every(isNestedArray);
}

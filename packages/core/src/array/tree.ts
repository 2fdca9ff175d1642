/** How are nested lists and records of arrays taken apart and put together again? */
import { ShapeError } from "./errors.ts";

/** A leaf, or a list or record of trees. */
export type Tree<Leaf> = Leaf | readonly Tree<Leaf>[] | { readonly [name: string]: Tree<Leaf> };

/** The structure of a tree without its leaves; null stands for a leaf. */
export type Structure = null | readonly Structure[] | { readonly [name: string]: Structure };

/** A leaf, and its path: `[0].weights`. */
export interface Leaf {
  readonly path: string;
  readonly value: unknown;
}

/** How deep lists and records may be nested: deeper ones are mistakes, such as one that contains itself. */
export const deepest = 64;

/** The leaves in order: lists by position, records by the order of their keys. Throws `ShapeError` if the tree is too deep. */
export function flatten(
  caller: string,
  tree: unknown,
  isLeaf: (value: unknown) => boolean,
  path = "",
): { leaves: Leaf[]; structure: Structure } {
  const leaves: Leaf[] = [];
  const above = new Set<unknown>();
  const walk = (node: unknown, position: string): Structure => {
    if (isLeaf(node) || !isBranch(node)) {
      leaves.push({ path: position, value: node });
      return null;
    }
    if (above.size === deepest || above.has(node)) {
      throw new ShapeError(
        `${caller}: ${path === "" ? "lists and records" : path} must be nested at most ${deepest} deep, got deeper ones, or one that contains itself.`,
      );
    }
    above.add(node);
    const structure = Array.isArray(node)
      ? node.map((item, index) => walk(item, `${position}[${index}]`))
      : Object.fromEntries(
          Object.entries(node).map(([name, item]) => [
            name,
            walk(item, position === "" ? name : `${position}.${name}`),
          ]),
        );
    above.delete(node);
    return structure;
  };
  return { structure: walk(tree, path), leaves };
}

/** The tree with this structure and these leaves, in order. */
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

/**
 * Whether a value is an array rather than a tree of arrays: a nested list whose leaves are all numbers or booleans.
 * Lists that are too deep count as arrays too: converting them throws the error.
 */
export function isNestedArray(value: unknown): boolean {
  if (typeof value === "number" || typeof value === "boolean") return true;
  if (!Array.isArray(value)) return false;
  // Each list is visited once: one that contains itself would never end.
  const seen = new Set<unknown>();
  const onlyNumbers = (list: readonly unknown[], depth: number): boolean => {
    if (depth > deepest) return true;
    if (Array.isArray(list[0])) {
      if (seen.has(list)) return true;
      seen.add(list);
    }
    return list.every(
      (item) =>
        typeof item === "number" || typeof item === "boolean" || (Array.isArray(item) && onlyNumbers(item, depth + 1)),
    );
  };
  return onlyNumbers(value, 0);
}

/** What is known in the body of a loop under construction, and in the bodies around it? */
import type { Element, Label } from "../element/element.ts";
import type { LoopBody, Operand, Statement } from "../program/program.ts";
import type { Emission } from "./emission.ts";

/** A body under construction. */
export interface Scope {
  readonly parent: Scope | undefined;
  readonly bound: ReadonlySet<Label>;
  /** The label of the loop whose body this is. */
  readonly label: Label | undefined;
  readonly index: number;
  readonly statements: Statement[];
  /** Where each element is known. */
  readonly known: Map<Element, Operand>;
  /** The elements that are kept in arrays until this body ends. */
  readonly arrays: Element[];
  /** Where the sum of an address's outer terms is known. */
  readonly bases: Map<string, Operand>;
}

/** A new body: that of a loop over the label inside a body, or that of a program. */
export function openScope(emission: Emission, parent: Scope | undefined, label: Label | undefined): Scope {
  const index = label === undefined ? -1 : emission.indices++;
  if (label?.mayBeBatch === true) emission.batches.add(index);
  return {
    parent,
    label,
    index,
    bound: new Set([...(parent?.bound ?? []), ...(label === undefined ? [] : [label])]),
    statements: [],
    known: new Map(),
    arrays: [],
    bases: new Map(),
  };
}

/** The body as it is in a program. */
export function closeScope({ index, statements }: Scope): LoopBody {
  return { index, body: statements };
}

export function rootOf(scope: Scope): Scope {
  return scope.parent === undefined ? scope : rootOf(scope.parent);
}

/** The outermost body in which all labels are known. */
export function scopeOf(labels: readonly Label[], scope: Scope): Scope {
  let target = scope;
  while (target.parent !== undefined && labels.every((label) => target.parent!.bound.has(label)))
    target = target.parent;
  return target;
}

export function indexOf(label: Label, scope: Scope): Operand {
  for (let current: Scope | undefined = scope; current !== undefined; current = current.parent) {
    if (current.label === label) return { kind: "index", index: current.index };
  }
  throw new Error("loops: a label must be open where its index is used.");
}

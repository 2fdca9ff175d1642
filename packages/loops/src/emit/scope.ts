/** What is known in the body of a loop under construction, and in the bodies around it? */
import type { Atom, Nest, Statement } from "../program/program.ts";
import type { Label, Value } from "../element/element.ts";

/** A body under construction. */
export interface Scope {
  readonly parent: Scope | undefined;
  readonly bound: ReadonlySet<Label>;
  /** The label of the loop whose body this is. */
  readonly label: Label | undefined;
  readonly index: number;
  readonly statements: Statement[];
  /** Where each value is known. */
  readonly known: Map<Value, Atom>;
  /** What is kept in arrays for as long as this body lasts. */
  readonly arrays: Value[];
  /** Where each partial place is known. */
  readonly bases: Map<string, Atom>;
}

export function nestOf({ index, statements }: Scope): Nest {
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

export function indexOf(label: Label, scope: Scope): Atom {
  for (let current: Scope | undefined = scope; current !== undefined; current = current.parent) {
    if (current.label === label) return { kind: "index", index: current.index };
  }
  throw new Error("loops: a label must be open where its index is used.");
}

/** What is kept in memory from one loop to a later one? */
import type { Element, Label } from "../element/element.ts";
import { elementsUnder } from "../element/elements-under.ts";
import { type LoopNode, type LoopTree, bodyOf, labelsOf, stagesIn } from "./loop-tree.ts";
import { append } from "./lists.ts";
import { type Stage, expensive } from "./stages.ts";

/** The elements that are kept, each from the moment when it is first computed. */
export interface Storage {
  /** From one program to a later one. */
  readonly acrossPrograms: readonly Element[];
  /** From one node of a body to a later one. */
  readonly inBodies: ReadonlyMap<LoopTree, readonly Element[]>;
}

/** What these programs keep. */
export function planStorage(programs: readonly LoopTree[]): Storage {
  const { kept, homes } = acrossPrograms(programs);
  const completed = byHome(kept, homes);
  const inBodies = new Map<LoopTree, readonly Element[]>();
  const filled = new Set<Element>();
  for (const [program, tree] of programs.entries()) {
    for (const node of tree) planBody(node, new Set(), filled, inBodies);
    for (const element of completed.get(program) ?? []) filled.add(element);
  }
  return { acrossPrograms: [...kept], inBodies };
}

/** Where elements are computed first, and which are needed after that. */
interface Kept {
  readonly kept: ReadonlySet<Element>;
  readonly homes: ReadonlyMap<Element, number>;
}

/** Results of stages that later programs need. */
function acrossPrograms(programs: readonly LoopTree[]): Kept {
  const kept = new Set<Element>();
  const homes = new Map<Element, number>();
  for (const [program, tree] of programs.entries()) {
    for (const { result, needs } of tree.flatMap(stagesIn)) {
      for (const { result: needed } of needs)
        if (needed !== undefined && homes.get(needed)! < program) kept.add(needed);
      if (result !== undefined) homes.set(result, program);
    }
  }
  return { kept, homes };
}

/** What is kept, grouped by where it is computed first. */
function byHome(kept: Kept["kept"], homes: Kept["homes"]): Map<number, Element[]> {
  const groups = new Map<number, Element[]>();
  for (const element of kept) append(groups, homes.get(element)!, element);
  return groups;
}

/** Notes what the body of a node keeps, and the bodies inside it; an element that has been stored before is not computed again. */
function planBody(
  node: LoopNode,
  outside: ReadonlySet<Label>,
  filled: Set<Element>,
  inBodies: Map<LoopTree, readonly Element[]>,
): void {
  const body = bodyOf(node);
  if (body === undefined) return;
  const bound = new Set([...outside, ...labelsOf(node)]);
  const { kept, homes } = acrossNodes(body, bound, filled);
  const completed = byHome(kept, homes);
  inBodies.set(body, [...kept]);
  for (const [position, inner] of body.entries()) {
    planBody(inner, bound, filled, inBodies);
    for (const element of completed.get(position) ?? []) filled.add(element);
  }
  for (const element of kept) filled.delete(element);
}

/** What is computed inside a node of a body and needed after it. */
function acrossNodes(body: LoopTree, bound: ReadonlySet<Label>, filled: ReadonlySet<Element>): Kept {
  const kept = new Set<Element>();
  const homes = new Map<Element, number>();
  // What a stage that runs once computes is known in the whole body: only after a loop there may be something to keep.
  const first = body.findIndex(({ kind }) => kind !== "once");
  if (first === -1 || first === body.length - 1) return { kept, homes };
  for (let position = first; position < body.length; position++) {
    const node = body[position]!;
    const isEarlier = (element: Element): boolean => (homes.get(element) ?? position) < position;
    const isKnown = (element: Element): boolean =>
      element.kind === "reduce" || isEarlier(element) || filled.has(element);
    const costs = new Map<Element, number>();
    const roots = stagesIn(node).flatMap((stage) => stage.roots);
    for (const element of elementsUnder(roots, isKnown)) {
      if (isEarlier(element)) kept.add(element);
      const isNew = !isKnown(element);
      const cost = isNew ? element.parts.reduce((sum, part) => sum + costs.get(part)!, element.ownCost) : 0;
      costs.set(element, cost);
      const changes = element.labels.some((label) => !bound.has(label));
      if (isNew && element.kind === "apply" && cost >= expensive && changes) homes.set(element, position);
    }
    for (const result of resultsInside(node)) homes.set(result, position);
  }
  return { kept, homes };
}

/** The results that are complete inside a node, and not only after it. */
function resultsInside(node: LoopNode): Element[] {
  if (node.kind === "once" || node.kind === "rows") return [];
  const walked = labelsOf(node);
  return stagesIn(node).flatMap(({ result }) =>
    result === undefined || isReducedOver(result, walked) ? [] : [result],
  );
}

/** Whether an element is a reduction over one of these labels. */
function isReducedOver(element: Element, labels: readonly Label[]): boolean {
  return element.kind === "reduce" && element.over.some((label) => labels.includes(label));
}

/** The reductions that are complete after a node in whose body these labels are bound. */
export function completedBy(node: LoopNode, bound: ReadonlySet<Label>): Extract<Element, { kind: "reduce" }>[] {
  const walked = labelsOf(node);
  return stagesIn(node).flatMap(({ result }: Stage) =>
    result?.kind === "reduce" && isReducedOver(result, walked) && !result.over.some((label) => bound.has(label))
      ? [result]
      : [],
  );
}

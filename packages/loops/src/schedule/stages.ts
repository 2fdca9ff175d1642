/** What needs a loop nest of its own, and what must have been computed before it? */
import { union } from "../element/builder.ts";
import type { Element, ElementOf, Label } from "../element/element.ts";
import { elementsUnder } from "../element/elements-under.ts";
import type { Store } from "../element/store.ts";
import type { Buffer, Reduction } from "../program/program.ts";
import { append } from "./lists.ts";
import { orderLabels } from "./loop-order.ts";

/** Something that is computed at every point of a loop nest; all other elements are computed wherever they are needed. */
export interface Stage {
  readonly kind: "reduce" | "keep" | "store";
  /** The loops around it, the outermost first. */
  readonly iterates: readonly Label[];
  /** What is reduced or kept, and thereby known to others. */
  readonly result: Element | undefined;
  readonly store: Store | undefined;
  /** What it computes from. */
  readonly roots: readonly Element[];
  /** What it needs from others: their results, or what they have stored. */
  readonly needs: readonly Stage[];
  /** What it reads from each buffer. */
  readonly loads: ReadonlyMap<Buffer, readonly ElementOf<"load">[]>;
}

/** Whether a stage reads nothing of a product but the element that the epilogue has at hand. */
export function readsOnlyOwn({ loads }: Stage, { store }: Stage): boolean {
  const { buffer, element } = store!;
  return (loads.get(buffer) ?? []).every((load) => load === element);
}

/** Labels as their loops are nested, the outermost first. */
export type SortLabels = (labels: readonly Label[]) => Label[];

/** Stages, and which loops go inside which. */
export interface Stages {
  readonly list: readonly Stage[];
  readonly sortLabels: SortLabels;
}

/** The stages of these stores, each after those that it needs. */
export function collectStages(stores: readonly Store[]): Stages {
  const all = elementsUnder(stores.flatMap(rootsOf));
  const order = orderLabels(stores, all);
  const sortLabels: SortLabels = (labels) => labels.toSorted((left, right) => order.get(left)! - order.get(right)!);
  const kept = keptElements(all, stores, sortLabels);
  return { list: stagesOf(stores, kept, sortLabels), sortLabels };
}

/** The elements that a store needs. */
function rootsOf({ element, offset, scatter, product, mapped }: Store): Element[] {
  if (product !== undefined) return [product.x, product.y];
  if (mapped !== undefined) return [mapped.element];
  const others = offset.others.map((other) => other.element);
  return [element, ...others, ...(scatter === undefined ? [] : [scatter.index])];
}

/** Whether what is written is computed in a program of its own. */
export function isOwnProgram({ product, mapped }: Store): boolean {
  return product !== undefined || mapped !== undefined;
}

/** The stages so far, by what they are needed for. */
interface Known {
  readonly stages: Stage[];
  readonly byResult: Map<Element, Stage>;
  readonly byBuffer: Map<Buffer, Stage[]>;
  readonly kept: ReadonlySet<Element>;
}

function stagesOf(stores: readonly Store[], kept: ReadonlySet<Element>, sortLabels: SortLabels): Stage[] {
  const known: Known = { stages: [], byResult: new Map(), byBuffer: new Map(), kept };
  // Stores stand in the order in which buffers became known, so that what fills a buffer stands before what reads it.
  for (const store of stores) {
    for (const element of elementsUnder(rootsOf(store), (part) => known.byResult.has(part))) {
      if (isResult(element, known) && !known.byResult.has(element)) addStage(known, stageOfResult(element, sortLabels));
    }
    addStage(known, stageOfStore(store, sortLabels));
  }
  return known.stages;
}

function isResult(element: Element, { kept }: Known): boolean {
  return element.kind === "reduce" || kept.has(element);
}

function stageOfResult(result: Element, sortLabels: SortLabels): Omit<Stage, "needs" | "loads"> {
  return result.kind === "reduce"
    ? { kind: "reduce", iterates: nestOf(result, sortLabels), result, store: undefined, roots: [result.operand] }
    : { kind: "keep", iterates: sortLabels(result.labels), result, store: undefined, roots: [result] };
}

function stageOfStore(store: Store, sortLabels: SortLabels): Omit<Stage, "needs" | "loads"> {
  const roots = rootsOf(store);
  const labels = isOwnProgram(store) ? store.labels : union([store.labels, ...roots.map((root) => root.labels)]);
  return { kind: "store", iterates: sortLabels(labels), result: undefined, store, roots };
}

function addStage(known: Known, made: Omit<Stage, "needs" | "loads">): void {
  const { stages, byResult, byBuffer } = known;
  const { result, store, roots } = made;
  const needs = new Set<Stage>();
  const loads = new Map<Buffer, ElementOf<"load">[]>();
  for (const element of elementsUnder(roots, (part) => part !== result && isResult(part, known))) {
    if (element.kind === "load") append(loads, element.buffer, element);
    if (element === result) continue;
    if (isResult(element, known)) needs.add(byResult.get(element)!);
    else if (element.kind === "load") for (const writer of byBuffer.get(element.buffer) ?? []) needs.add(writer);
  }
  const stage: Stage = { ...made, needs: [...needs], loads };
  stages.push(stage);
  if (result !== undefined) byResult.set(result, stage);
  if (store !== undefined) append(byBuffer, store.buffer, stage);
}

function nestOf(element: ElementOf<"reduce">, sortLabels: SortLabels): Label[] {
  if (!alongLines.has(element.reduction)) return sortLabels(element.operand.labels);
  return [...sortLabels(element.labels), ...sortLabels(element.over)];
}

/**
 * A search goes along lines, so that it can end early and its position can be kept beside its result; so do the factors of logarithms, so
 * that their products are the same whatever else is computed.
 */
export const alongLines: ReadonlySet<Reduction> = new Set<Reduction>(["argmax", "any", "sumLog1p"]);

/** An element that costs at least this much is kept instead of being computed again. */
export const expensive = 6;

/** Expensive elements that would be computed again and again, as they do not change with an outer loop of a stage that needs them. */
function keptElements(all: readonly Element[], stores: readonly Store[], sortLabels: SortLabels): Set<Element> {
  const kept = new Set<Element>();
  // What has been considered in the same loops need not be considered again.
  const considered = new Map<string, Set<Element>>();
  const consider = (roots: readonly Element[], nest: readonly Label[]): void => {
    const key = nest.map(({ id }) => id).join();
    const met = considered.get(key) ?? new Set<Element>();
    considered.set(key, met);
    const isCheap = (part: Element): boolean => part.kind === "reduce" || part.cost < expensive || met.has(part);
    for (const element of elementsUnder(roots, isCheap)) {
      if (isCheap(element)) continue;
      met.add(element);
      if (element.kind === "apply" && isRepeated(element, nest)) kept.add(element);
    }
  };
  for (const element of all) if (element.kind === "reduce") consider([element.operand], nestOf(element, sortLabels));
  for (const store of stores) {
    const roots = rootsOf(store);
    // Each side of a product has a nest of its own.
    const nests = store.product === undefined ? [roots] : roots.map((root) => [root]);
    for (const nest of nests) consider(nest, sortLabels(union([store.labels, ...nest.map((root) => root.labels)])));
  }
  return lastOfChains(kept, all);
}

/** Whether a loop that the element does not depend on is outside one that it depends on. */
function isRepeated({ labels }: Element, nest: readonly Label[]): boolean {
  if (labels.length === 0) return false;
  const innermost = Math.max(...labels.map((label) => nest.indexOf(label)));
  return nest.slice(0, innermost).some((label) => label.weight > 1 && !labels.includes(label));
}

/** Of a chain of kept elements that are used only by each other, only the last is needed. */
function lastOfChains(kept: ReadonlySet<Element>, all: readonly Element[]): Set<Element> {
  const users = new Map([...kept].map((element) => [element, [] as Element[]]));
  for (const user of all)
    if (user.kind === "apply") for (const operand of user.operands) users.get(operand)?.push(user);
  const last = [...users].filter(([, own]) => own.length === 0 || !own.every((user) => kept.has(user)));
  return new Set(last.map(([element]) => element));
}

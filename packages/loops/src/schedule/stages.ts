/** What must happen in loops, and what must have happened before it? */
import type { Buffer, Reduction } from "../program/program.ts";
import type { Store } from "../element/store.ts";
import { valuesUnder } from "../element/elements-under.ts";
import { orderLabels } from "./loop-order.ts";
import { type Label, type Value, type ValueOf, union } from "../element/element.ts";

/** Something that happens at every point of a loop nest; what lies between is computed wherever it is needed. */
export interface Effect {
  readonly kind: "reduce" | "keep" | "store";
  /** The loops around it, the outermost first. */
  readonly iterates: readonly Label[];
  /** What is reduced or kept, and thereby known to others. */
  readonly result: Value | undefined;
  readonly store: Store | undefined;
  /** What it computes from. */
  readonly roots: readonly Value[];
  /** What it needs from others: their results, or what they have stored. */
  readonly needs: readonly Effect[];
  /** What it reads from buffers. */
  readonly loads: readonly ValueOf<"load">[];
}

/** Whether all that an effect reads of a product is the element that is at hand where the product is written. */
export function readsOnlyOwn({ loads }: Effect, { store }: Effect): boolean {
  return loads.every((load) => load.buffer !== store!.buffer || load === store!.value);
}

/** Effects, and which loops go inside which. */
export interface Effects {
  readonly list: readonly Effect[];
  /** Labels as their loops are nested, the outermost first. */
  readonly sorted: (labels: readonly Label[]) => Label[];
}

/** The effects of these stores, each after those that it needs. */
export function collectEffects(stores: readonly Store[]): Effects {
  const all = valuesUnder(stores.flatMap(rootsOf));
  const order = orderLabels(stores, all);
  const sorted = (labels: readonly Label[]) => labels.toSorted((left, right) => order.get(left)! - order.get(right)!);
  const kept = keptValues(all, stores, sorted);
  const byResult = new Map<Value, Effect>();
  const byBuffer = new Map<Buffer, Effect[]>();
  const effects: Effect[] = [];
  const isResult = (value: Value): boolean => value.kind === "reduce" || kept.has(value);

  const add = (effect: Omit<Effect, "needs" | "loads">): void => {
    const reached = valuesUnder(effect.roots, (value) => value !== effect.result && isResult(value));
    const needs = reached.flatMap((value) => {
      if (value === effect.result) return [];
      if (isResult(value)) return [byResult.get(value)!];
      return value.kind === "load" ? (byBuffer.get(value.buffer) ?? []) : [];
    });
    const loads = reached.filter((value) => value.kind === "load");
    const complete = { ...effect, needs: [...new Set(needs)], loads };
    effects.push(complete);
    if (effect.result !== undefined) byResult.set(effect.result, complete);
    if (effect.store !== undefined) {
      const { buffer } = effect.store;
      byBuffer.set(buffer, [...(byBuffer.get(buffer) ?? []), complete]);
    }
  };

  // Stores stand in the order in which buffers became known, so that what fills a buffer stands before what reads it.
  for (const store of stores) {
    for (const value of valuesUnder(rootsOf(store), (part) => byResult.has(part))) {
      if (byResult.has(value) || !isResult(value)) continue;
      if (value.kind === "reduce") {
        add({
          kind: "reduce",
          iterates: nestOf(value, sorted),
          result: value,
          store: undefined,
          roots: [value.operand],
        });
      } else add({ kind: "keep", iterates: sorted(value.labels), result: value, store: undefined, roots: [value] });
    }
    const roots = rootsOf(store);
    const labels =
      store.product === undefined ? union([store.labels, ...roots.map((root) => root.labels)]) : store.labels;
    add({ kind: "store", iterates: sorted(labels), result: undefined, store, roots });
  }
  return { list: effects, sorted };
}

function rootsOf({ value, offset, scatter, product }: Store): Value[] {
  if (product !== undefined) return [product.x, product.y];
  return [value, ...offset.others.map((other) => other.value), ...(scatter === undefined ? [] : [scatter.index])];
}

function nestOf(value: ValueOf<"reduce">, sorted: (labels: readonly Label[]) => Label[]): Label[] {
  if (!alongLines.has(value.reduction)) return sorted(value.operand.labels);
  return [...sorted(value.labels), ...sorted(value.over)];
}

/**
 * A search goes along lines, so that it can end early, and what goes with its result can be kept beside it; so do the factors of
 * logarithms, so that they make the same products whatever else is computed.
 */
export const alongLines: ReadonlySet<Reduction> = new Set<Reduction>(["argmax", "any", "sumLog1p"]);

/** What costs at least so much is not computed again, but kept. */
export const dear = 6;

/** Dear values that would be computed again and again, for they do not change with an outer loop of what needs them. */
function keptValues(
  all: readonly Value[],
  stores: readonly Store[],
  sorted: (labels: readonly Label[]) => Label[],
): Set<Value> {
  const kept = new Set<Value>();
  const consider = (roots: readonly Value[], nest: readonly Label[]): void => {
    for (const value of valuesUnder(roots, (part) => part.kind === "reduce")) {
      if (value.kind !== "apply" || value.cost < dear || value.labels.length === 0) continue;
      const innermost = Math.max(...value.labels.map((label) => nest.indexOf(label)));
      if (nest.slice(0, innermost).some((label) => label.extent > 1 && !value.labels.includes(label))) kept.add(value);
    }
  };
  for (const value of all) if (value.kind === "reduce") consider([value.operand], nestOf(value, sorted));
  for (const store of stores) {
    const roots = rootsOf(store);
    // Each side of a product has a nest of its own.
    const nests = store.product === undefined ? [roots] : roots.map((root) => [root]);
    for (const nest of nests) consider(nest, sorted(union([store.labels, ...nest.map((root) => root.labels)])));
  }
  // Of values that walk the same labels only the last of a chain is needed.
  const users = new Map([...kept].map((value) => [value, [] as Value[]]));
  for (const user of all)
    if (user.kind === "apply") for (const operand of user.operands) users.get(operand)?.push(user);
  const last = [...users].filter(([, own]) => own.length === 0 || !own.every((user) => kept.has(user)));
  return new Set(last.map(([value]) => value));
}

/** Which effects share a loop, and in which order do the loops stand? */
import { type Effect, alongLines, readsOnlyOwn } from "./stages.ts";
import type { Label } from "../element/element.ts";

/**
 * What stands in a body: effects that happen once there, loops, each over one label with what happens inside it, and products of
 * matrices, each with what happens at each of its elements.
 */
export type Item =
  | { readonly kind: "once"; readonly effect: Effect }
  | { readonly kind: "loop"; readonly label: Label; readonly effects: readonly Effect[] }
  | {
      readonly kind: "product";
      readonly effect: Effect;
      readonly followers: readonly Effect[];
    };

/** What happens in it. */
export function effectsOf(item: Item): readonly Effect[] {
  switch (item.kind) {
    case "once":
      return [item.effect];
    case "loop":
      return item.effects;
    case "product":
      return [item.effect, ...item.followers];
  }
}

/**
 * The body in which these effects happen, where the loops over `bound` are open already.
 * A loop takes all effects that it can; the next is opened only where one needs what is complete after the loop before.
 */
export function arrange(effects: readonly Effect[], bound: ReadonlySet<Label>): Item[] {
  const items: Item[] = [];
  const here = new Set(effects);
  const done = new Set<Effect>();
  const isReady = (need: Effect): boolean => done.has(need) || !here.has(need);
  let rest = [...effects];
  const next = new Map(effects.map((effect) => [effect, nextLabel(effect, bound)]));
  const take = (item: Item, taken: readonly Effect[]): void => {
    items.push(item);
    for (const effect of taken) done.add(effect);
    rest = rest.filter((effect) => !done.has(effect));
  };
  while (rest.length > 0) {
    const isNext = (effect: Effect): boolean => next.get(effect) === undefined && effect.needs.every(isReady);
    // A product begins a program, so what belongs to the one before comes first.
    for (const effect of rest) {
      if (isProduct(effect) || !isNext(effect)) continue;
      items.push({ kind: "once", effect });
      done.add(effect);
    }
    rest = rest.filter((effect) => !done.has(effect));
    const product = rest.find(isNext);
    if (product !== undefined) {
      const followers = findFollowers(product, rest, bound, isReady);
      take({ kind: "product", effect: product, followers }, [product, ...followers]);
      continue;
    }
    if (rest.length === 0) break;
    const groups = groupByLabel(rest, next, isReady);
    const best = groups.toSorted(byUrgency)[0];
    if (best === undefined) throw new Error("loops: effects must not need each other in a circle.");
    take({ kind: "loop", label: best.label, effects: best.effects }, best.effects);
  }
  return items;
}

function isProduct({ store }: Effect): boolean {
  return store?.product !== undefined;
}

/** What can happen at each element of a product as soon as that is known: all else that it needs is ready. */
function findFollowers(
  product: Effect,
  rest: readonly Effect[],
  bound: ReadonlySet<Label>,
  isReady: (need: Effect) => boolean,
): Effect[] {
  const { row, column } = product.store!.product!;
  const taken = new Set<Effect>();
  // Effects stand after those that they need.
  for (const effect of rest) {
    const open = effect.iterates.filter((label) => !bound.has(label));
    const isElementwise = open.length === 2 && open.includes(row) && open.includes(column);
    const isAlongLines = effect.result?.kind === "reduce" && alongLines.has(effect.result.reduction);
    if (!isElementwise || isAlongLines || !effect.needs.includes(product) || !readsOnlyOwn(effect, product)) continue;
    const isKnown = (need: Effect): boolean =>
      need === product || (taken.has(need) && open.every((label) => isKnownInside(need, label, effect)));
    if (effect.needs.every((need) => isReady(need) || isKnown(need))) taken.add(effect);
  }
  return [...taken];
}

interface Group {
  readonly label: Label;
  readonly effects: readonly Effect[];
  /** How many effects with this label must wait for a later loop. */
  readonly waiting: number;
}

/** For each label the effects that one loop over it can take now. */
function groupByLabel(
  rest: readonly Effect[],
  next: ReadonlyMap<Effect, Label | undefined>,
  isReady: (need: Effect) => boolean,
): Group[] {
  const groups = new Map<Label, { readonly taken: Set<Effect>; waiting: number }>();
  // Effects stand after those that they need.
  for (const effect of rest) {
    const label = next.get(effect);
    if (label === undefined) continue;
    let group = groups.get(label);
    if (group === undefined) groups.set(label, (group = { taken: new Set(), waiting: 0 }));
    const { taken } = group;
    if (effect.needs.every((need) => isReady(need) || (taken.has(need) && isKnownInside(need, label, effect))))
      taken.add(effect);
    else group.waiting++;
  }
  return [...groups]
    .filter(([, { taken }]) => taken.size > 0)
    .map(([label, { taken, waiting }]) => ({ label, effects: [...taken], waiting }));
}

/** A loop that leaves nothing behind first; else the lightest, for the heavy ones shall run once, when all is ready. */
function byUrgency(left: Group, right: Group): number {
  if ((left.waiting === 0) !== (right.waiting === 0)) return left.waiting - right.waiting;
  return workOf(left) - workOf(right);
}

function workOf({ effects }: Group): number {
  let most = 0;
  for (const { iterates } of effects)
    most = Math.max(
      most,
      iterates.reduce((product, { extent }) => product * extent, 1),
    );
  return most;
}

/** Whether what another needs of the effect is known inside one turn of a loop over the label, not only after all of them. */
function isKnownInside(need: Effect, label: Label, by: Effect): boolean {
  const { result, iterates } = need;
  if (isProduct(need)) return iterates.includes(label) && readsOnlyOwn(by, need);
  if (result === undefined) return false;
  return result.kind === "reduce" ? !result.over.includes(label) : result.labels.includes(label);
}

/** The outermost loop of an effect that is not open yet. */
function nextLabel({ iterates }: Effect, bound: ReadonlySet<Label>): Label | undefined {
  return iterates.find((label) => !bound.has(label));
}

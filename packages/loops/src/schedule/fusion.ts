/**
 * How is it decided which stages share a loop, and in which order the loops run? A loop takes all stages that it can; the next is opened
 * only if a stage needs what is complete after the loop before. Each need is looked at only when it is met, so that the work is linear.
 */
import type { Label } from "../element/element.ts";
import { type Heap, makeHeap } from "./heap.ts";
import type { LoopNode, LoopTree } from "./loop-tree.ts";
import { type Stage, alongLines, isOwnProgram, readsOnlyOwn } from "./stages.ts";

/** The loops of these stages, which must be given after those that they need. */
export function fuse(stages: readonly Stage[]): LoopTree {
  return arrange(stages, new Set());
}

/** The body in which these stages run, inside loops over `bound`. */
function arrange(stages: readonly Stage[], bound: ReadonlySet<Label>): LoopNode[] {
  const body = openBody(stages, bound);
  const nodes: LoopNode[] = [];
  while (body.left > 0) {
    // What is a program of its own begins it, so what belongs to the one before comes first.
    for (let next = body.once.pop(); next !== undefined; next = body.once.pop()) {
      nodes.push({ kind: "once", stage: next.stage });
      finish([next], body);
    }
    const program = body.programs.pop();
    if (program !== undefined) nodes.push(takeProgram(program, bound, body));
    else if (body.left > 0) nodes.push(takeLoop(mostUrgent(body), bound, body));
  }
  return nodes;
}

/** A stage in the body. */
interface Entry {
  readonly stage: Stage;
  /** Stages are taken in the order in which they were given. */
  readonly position: number;
  /** The stages that could share its next loop; undefined if all its loops are open. */
  readonly group: Group | undefined;
  readonly uses: Use[];
  /** How many of its needs are neither done nor known earlier in the same loop. */
  missing: number;
  isTaken: boolean;
  isDone: boolean;
}

/** That a stage of the body needs another of it. */
interface Use {
  readonly by: Entry;
  isMet: boolean;
}

/** The stages whose next loop goes over the same label. */
interface Group {
  readonly label: Label;
  /** By position. */
  readonly entries: Entry[];
  /** All entries before this one are done. */
  first: number;
  /** The entries that one loop can take now. */
  taken: Entry[];
  /** How many must wait for a later loop. */
  waiting: number;
  /** The largest number of iterations of those taken. */
  work: number;
  /** Counts changes, so that outdated candidates are recognised. */
  version: number;
}

/** A body under construction. */
interface Body {
  readonly entries: ReadonlyMap<Stage, Entry>;
  /** The stages that can run now without another loop. */
  readonly once: Heap<Entry>;
  /** Those that are programs of their own. */
  readonly programs: Heap<Entry>;
  /** The groups by urgency; only the latest entry of a group counts. */
  readonly candidates: Heap<Candidate>;
  readonly changed: Set<Group>;
  /** How many stages are not done. */
  left: number;
}

function openBody(stages: readonly Stage[], bound: ReadonlySet<Label>): Body {
  const groups = new Map<Label, Group>();
  const entries = new Map<Stage, Entry>();
  const byPosition = (left: Entry, right: Entry): boolean => left.position < right.position;
  const body: Body = {
    entries,
    once: makeHeap(byPosition),
    programs: makeHeap(byPosition),
    candidates: makeHeap(isMoreUrgent),
    changed: new Set(),
    left: stages.length,
  };
  for (const [position, stage] of stages.entries()) {
    const label = stage.iterates.find((each) => !bound.has(each));
    const group = label === undefined ? undefined : groupOf(label, groups);
    const entry: Entry = { stage, position, group, uses: [], missing: 0, isTaken: false, isDone: false };
    entries.set(stage, entry);
    group?.entries.push(entry);
    if (group !== undefined) group.waiting++;
    // Stages stand after those that they need.
    for (const need of stage.needs) {
      const needed = entries.get(need);
      if (needed === undefined) continue;
      needed.uses.push({ by: entry, isMet: false });
      entry.missing++;
    }
  }
  meet(
    [...entries.values()].filter(({ missing }) => missing === 0),
    body,
  );
  return body;
}

function groupOf(label: Label, groups: Map<Label, Group>): Group {
  let group = groups.get(label);
  if (group === undefined) {
    group = { label, entries: [], first: 0, taken: [], waiting: 0, work: 0, version: 0 };
    groups.set(label, group);
  }
  return group;
}

/** Notes that these stages miss nothing any more, and what follows from that for others in the same loop. */
function meet(ready: Entry[], body: Body): void {
  for (let entry = ready.pop(); entry !== undefined; entry = ready.pop()) {
    const { group, stage } = entry;
    if (group === undefined) {
      (stage.store !== undefined && isOwnProgram(stage.store) ? body.programs : body.once).push(entry);
      continue;
    }
    entry.isTaken = true;
    group.taken.push(entry);
    group.waiting--;
    group.work = Math.max(group.work, iterationsOf(stage));
    body.changed.add(group);
    for (const use of entry.uses) {
      const isKnown = use.by.group === group && isKnownInside(stage, group.label, use.by.stage);
      if (isKnown && isLastMissing(use)) ready.push(use.by);
    }
  }
}

/** Notes that these stages have run. */
function finish(entries: readonly Entry[], body: Body): void {
  body.left -= entries.length;
  for (const entry of entries) {
    const { group } = entry;
    entry.isDone = true;
    if (group === undefined) continue;
    if (!entry.isTaken) group.waiting--;
    body.changed.add(group);
  }
  const met = entries.flatMap(({ uses }) => uses.filter(isLastMissing));
  meet(
    met.map(({ by }) => by),
    body,
  );
}

/** Meets a need; tells whether it was the last that a stage missed. */
function isLastMissing(use: Use): boolean {
  if (use.isMet) return false;
  use.isMet = true;
  return --use.by.missing === 0 && !use.by.isDone;
}

/** A loop over the group's label. */
function takeLoop(group: Group, bound: ReadonlySet<Label>, body: Body): LoopNode {
  const taken = group.taken.toSorted((left, right) => left.position - right.position);
  group.taken = [];
  group.work = 0;
  const { label } = group;
  const stages = taken.map(({ stage }) => stage);
  finish(taken, body);
  return { kind: "loop", label, stages, body: arrange(stages, new Set([...bound, label])) };
}

function takeProgram(entry: Entry, bound: ReadonlySet<Label>, body: Body): LoopNode {
  if (isProduct(entry.stage)) return takeProduct(entry, bound, body);
  finish([entry], body);
  return { kind: "rows", stage: entry.stage };
}

/** A product, with an epilogue of the stages that can run as soon as an element is known. */
function takeProduct(product: Entry, bound: ReadonlySet<Label>, body: Body): LoopNode {
  const followers = findFollowers(product, bound, body);
  const { stage } = product;
  const { row, column } = stage.store!.product!;
  const stages = followers.map((entry) => entry.stage);
  finish([product, ...followers], body);
  return { kind: "product", stage, followers: stages, epilogue: arrange(stages, new Set([...bound, row, column])) };
}

function findFollowers(product: Entry, bound: ReadonlySet<Label>, { entries }: Body): Entry[] {
  const { row, column } = product.stage.store!.product!;
  const taken = new Set<Entry>();
  // Stages stand after those that they need.
  for (const { by } of product.uses) {
    if (by.missing > 1 + taken.size || !readsOnlyOwn(by.stage, product.stage)) continue;
    const open = by.stage.iterates.filter((label) => !bound.has(label));
    const isElementwise = open.length === 2 && open.includes(row) && open.includes(column);
    if (!isElementwise || isAlongLines(by.stage)) continue;
    const isReady = (need: Stage): boolean => {
      const entry = entries.get(need);
      if (entry === undefined || entry.isDone || entry === product) return true;
      return taken.has(entry) && open.every((label) => isKnownInside(need, label, by.stage));
    };
    if (by.stage.needs.every(isReady)) taken.add(by);
  }
  return [...taken];
}

/** A group as it was at some version. */
interface Candidate {
  readonly group: Group;
  readonly version: number;
  readonly isLast: boolean;
  readonly work: number;
  readonly position: number;
}

/** A loop that leaves no stage of its label behind goes first; else the cheapest, so that an expensive loop runs only once, when all is ready. */
function isMoreUrgent(left: Candidate, right: Candidate): boolean {
  if (left.isLast !== right.isLast) return left.isLast;
  return left.work === right.work ? left.position < right.position : left.work < right.work;
}

function mostUrgent({ candidates, changed }: Body): Group {
  for (const group of changed) {
    group.version++;
    if (group.taken.length > 0) candidates.push(candidateOf(group));
  }
  changed.clear();
  for (let best = candidates.pop(); best !== undefined; best = candidates.pop())
    if (best.version === best.group.version) return best.group;
  throw new Error("loops: stages must not need each other in a circle.");
}

function candidateOf(group: Group): Candidate {
  const { entries, version, waiting, work } = group;
  while (entries[group.first]!.isDone) group.first++;
  return { group, version, isLast: waiting === 0, work, position: entries[group.first]!.position };
}

function iterationsOf({ iterates }: Stage): number {
  return iterates.reduce((product, { weight }) => product * weight, 1);
}

function isProduct({ store }: Stage): boolean {
  return store?.product !== undefined;
}

function isAlongLines({ result }: Stage): boolean {
  return result?.kind === "reduce" && alongLines.has(result.reduction);
}

/** Whether what another stage needs of this one is known within an iteration of a loop over the label, not only after the loop. */
function isKnownInside(need: Stage, label: Label, by: Stage): boolean {
  const { result, iterates } = need;
  if (isProduct(need)) return iterates.includes(label) && readsOnlyOwn(by, need);
  if (result === undefined) return false;
  return result.kind === "reduce" ? !result.over.includes(label) : result.labels.includes(label);
}

/** Which values share a kernel, which have a texture of their own, and what is left to the host? */
import { type Graph, sizeOf } from "@symloss/core/engine";
import { type HostResult, planHostResult, resultReads } from "./host.ts";
import { type KernelText, type Place, type Shape, threadsOf, writeKernel } from "./kernel.ts";
import { type TextureShape, lanes, textureShape } from "./layout.ts";
import { type SourceArray, type SplitRule, translate } from "./operations.ts";
import type { Value } from "./value.ts";

/** What a context allows. */
export interface Limits {
  /** Arrays that one kernel reads. */
  readonly inputs: number;
  /** Texels along a side of a texture. */
  readonly textureSize: number;
  /** Elements of an array. */
  readonly elements: number;
}

/** One kernel of a plan. */
export interface KernelStep {
  readonly source: string;
  /** The textures that it reads: numbers of sources, then of the results of kernels. */
  readonly textures: readonly number[];
  readonly result: number;
  readonly output: TextureShape;
}

/** What runs, in order, and how the results come of it. */
export interface Plan {
  readonly sources: readonly SourceArray[];
  readonly kernels: readonly KernelStep[];
  readonly results: readonly HostResult[];
  /** Where each value lies that a result reads. */
  readonly places: ReadonlyMap<Value, Place>;
  /** A line for each kernel, then what they need. */
  readonly description: string;
}

/** Where the results are wanted. */
export type Destination = "host" | "device";

/** The plan of a graph of concrete shapes. Throws `RangeError` for an array that no texture holds. */
export function planGraph(graph: Graph, limits: Limits, destination: Destination): Plan {
  const { outputs, sources } = translate(graph, splitRules[destination]);
  const results = outputs.map((output) => planHostResult(output, destination));
  const wanted = results.flatMap(resultReads);
  const forDevice: ReadonlySet<Value> = new Set(destination === "device" ? outputs : []);
  const groups = orderGroups(groupValues(wanted, limits, forDevice));
  const placeOf = new Map<Value, Place>();
  for (const [number, { roots, shape }] of groups.entries()) {
    const texture = sources.length + number;
    for (const [channel, root] of roots.entries()) {
      placeOf.set(root, shape.packed ? { texture } : { texture, channel: roots.length === 1 ? "only" : channel });
    }
  }
  const placeIn = (value: Value): Place => (value.kind === "source" ? { texture: value.slot } : placeOf.get(value)!);
  const kernels = groups.map(({ roots, shape, reads }, number): KernelStep => {
    const output = outputShape(roots[0]!, shape, limits);
    const { source, textures } = writeKernel({
      ...shape,
      roots,
      output,
      place: (value) => (reads.has(value) ? placeIn(value) : undefined),
    });
    return { source, textures, result: sources.length + number, output };
  });
  const places = new Map(wanted.map((value) => [value, placeIn(value)]));
  return { sources, kernels, results, places, description: describe(sources, kernels) };
}

/** A scalar for the host is left in some hundred parts, which the host adds in float64; anything else is split until threads are many. */
const splitRules: Record<Destination, SplitRule> = {
  host: (results, length) => (results === 1 && length > 1024 ? chunkOf(length, 2048) : splitRows(results, length)),
  device: (results, length) =>
    results === 1 && length > 1024 ? chunkOf(length, length / 256) : splitRows(results, length),
};

function splitRows(results: number, length: number): number | undefined {
  if (results >= 4096) return length > 4096 ? 1024 : undefined;
  return length >= 1024 ? 256 : undefined;
}

function chunkOf(length: number, parts: number): number {
  return Math.min(1024, Math.max(64, 4 * Math.ceil(length / parts / 4)));
}

/** Values that one kernel computes, and the values whose textures it reads. */
interface Group {
  readonly roots: readonly Value[];
  readonly shape: Shape;
  readonly reads: ReadonlySet<Value>;
  readonly work: number;
}

/** From the last value to the first: what a kernel does not compute itself is wanted of another. */
function groupValues(wanted: readonly Value[], limits: Limits, forDevice: ReadonlySet<Value>): Group[] {
  const apart = valuesApart(wanted, limits);
  const pending = new Map<number, Value>();
  const want = (value: Value): void => {
    if (value.kind !== "source" && !done.has(value)) pending.set(value.id, value);
  };
  const done = new Set<Value>();
  const groups: Group[] = [];
  for (const value of wanted) want(value);
  const ancestors = ancestorsOf(wanted);
  const isWanted = (value: Value): boolean => pending.has(value.id) || done.has(value) || apart.has(value);

  while (pending.size > 0) {
    const first = pending.get(Math.max(...pending.keys()))!;
    let group = bestGroup([first], limits, isWanted, forDevice)!;
    for (const next of [...pending.values()].toSorted((left, right) => right.id - left.id)) {
      if (group.shape.packed || group.roots.length === 4 || next.size !== first.size || group.roots.includes(next))
        continue;
      const alone = bestGroup([next], limits, isWanted, forDevice);
      const joined = bestGroup([...group.roots, next], limits, isWanted, forDevice);
      if (alone === undefined || alone.shape.packed || joined === undefined) continue;
      const others = [
        ...groups.map(({ roots }) => roots),
        ...singles([...pending.values(), ...joined.reads], joined.roots),
      ];
      if (isCyclic([joined.roots, ...others], ancestors)) continue;
      group = joined;
    }
    groups.push(group);
    for (const root of group.roots) {
      pending.delete(root.id);
      done.add(root);
    }
    for (const value of group.reads) want(value);
  }
  return groups;
}

function singles(values: readonly Value[], taken: readonly Value[]): Value[][] {
  return [...new Set(values)]
    .filter((value) => value.kind !== "source" && !taken.includes(value))
    .map((value) => [value]);
}

/** Values that are never computed inside a kernel of others: it would read too many arrays or grow too long. */
function valuesApart(wanted: readonly Value[], limits: Limits): Set<Value> {
  const apart = new Set<Value>();
  const reads = new Map<Value, ReadonlySet<Value>>();
  const inside = new Map<Value, ReadonlySet<Value>>();
  const isBoundary = (value: Value): boolean =>
    value.kind === "source" || value.kind === "reduce" || value.kind === "partial" || apart.has(value);
  const gather = (value: Value, known: ReadonlyMap<Value, ReadonlySet<Value>>, boundary: boolean): Set<Value> =>
    new Set(value.inputs.flatMap((input) => (isBoundary(input) ? (boundary ? [input] : []) : [...known.get(input)!])));
  for (const value of reachable(wanted)) {
    for (;;) {
      const read = gather(value, reads, true);
      const nodes = gather(value, inside, false).add(value);
      const candidates = value.inputs.filter((input) => !isBoundary(input) && input.kind !== "literal");
      const tooMany = read.size > limits.inputs;
      if ((!tooMany && nodes.size <= largestKernel) || candidates.length === 0) {
        reads.set(value, read);
        inside.set(value, nodes);
        break;
      }
      const sizes = tooMany ? reads : inside;
      apart.add(candidates.reduce((most, next) => (sizes.get(next)!.size > sizes.get(most)!.size ? next : most)));
    }
  }
  return apart;
}

/** Values in a kernel: gpu.js and the driver take time that grows with its length. */
const largestKernel = 120;

/** The way to compute the roots in one kernel that takes the least work; undefined where they can't share one. */
function bestGroup(
  roots: readonly Value[],
  limits: Limits,
  isWanted: (value: Value) => boolean,
  forDevice: ReadonlySet<Value>,
): Group | undefined {
  const attempts = shapes
    .filter(({ packed }) => (packed ? roots.length === 1 : !roots.some((root) => forDevice.has(root))))
    .flatMap((shape) => attempt(roots, shape, limits, isWanted) ?? []);
  // A kernel without loops is cheapest with all four lanes in use.
  const simple = attempts.find(({ shape, text }) => shape.packed && !text.hasLoops);
  if (simple !== undefined) return simple;
  return attempts
    .filter(({ text }) => text.statements <= mostStatements)
    .concat(attempts)
    .reduce<Attempt | undefined>(
      (best, next) => (best === undefined || next.work < best.work ? next : best),
      undefined,
    );
}

const shapes: readonly Shape[] = [
  { packed: true, unroll: 1 },
  { packed: true, unroll: 4 },
  { packed: false, unroll: 4 },
  { packed: false, unroll: 1 },
];

const mostStatements = 1200;

interface Attempt extends Group {
  readonly text: KernelText;
}

function attempt(
  roots: readonly Value[],
  shape: Shape,
  limits: Limits,
  isWanted: (value: Value) => boolean,
): Attempt | undefined {
  const reads = new Set<Value>();
  let possible = true;
  const text = writeKernel({
    ...shape,
    roots,
    output: outputShape(roots[0]!, shape, limits),
    place(value, times, inLoop) {
      if (roots.includes(value)) {
        if (inLoop) possible = false;
        return undefined;
      }
      if (!isWanted(value) && isComputedInside(value, times, inLoop)) return undefined;
      reads.add(value);
      return { texture: value.id };
    },
  });
  if (!possible || (roots.length > 1 && text.textures.length > limits.inputs)) return undefined;
  const threads = threadsOf(roots[0]!.size, shape);
  return { roots, shape, reads, text, work: text.work * Math.max(1, busyThreads / threads) };
}

/** With fewer, a graphics card has idle units. */
const busyThreads = 4096;

/** Whether computing a value where it is used costs less than a kernel and a texture of its own. */
function isComputedInside(value: Value, times: number, inLoop: boolean): boolean {
  switch (value.kind) {
    case "source":
      return false;
    case "reduce":
    case "partial":
      return !inLoop && times <= value.size;
    case "map":
      return times < 8 * value.size || costOf(value) < 8;
    default:
      return true;
  }
}

/** What computing an element costs, its operands included where they are cheap to follow. */
function costOf(value: Value): number {
  if (value.kind === "reduce" || value.kind === "partial") return 64;
  const own = value.kind === "map" ? value.call.cost : 0;
  let cost = own;
  for (const input of value.inputs) {
    if (cost >= 64) break;
    cost += costOf(input);
  }
  return cost;
}

/** Groups in an order in which each finds what it reads. */
function orderGroups(groups: readonly Group[]): Group[] {
  const owner = new Map(groups.flatMap((group) => group.roots.map((root) => [root, group] as const)));
  const ordered = new Set<Group>();
  const visit = (group: Group): void => {
    if (ordered.has(group)) return;
    for (const value of group.reads) {
      const source = owner.get(value);
      if (source !== undefined) visit(source);
    }
    ordered.add(group);
  };
  for (const group of groups) visit(group);
  return [...ordered];
}

/** Whether some of these groups would wait for each other. */
function isCyclic(groups: readonly (readonly Value[])[], ancestors: ReadonlyMap<Value, ReadonlySet<Value>>): boolean {
  const waitsFor = groups.map((group) =>
    groups.flatMap((other, index) =>
      other !== group && group.some((root) => other.some((one) => ancestors.get(root)!.has(one))) ? [index] : [],
    ),
  );
  const state = groups.map(() => "new" as "new" | "open" | "closed");
  const visit = (index: number): boolean => {
    if (state[index] !== "new") return state[index] === "open";
    state[index] = "open";
    const cyclic = waitsFor[index]!.some(visit);
    state[index] = "closed";
    return cyclic;
  };
  return groups.some((_, index) => visit(index));
}

/** All that a value is made of, itself excepted. */
function ancestorsOf(wanted: readonly Value[]): Map<Value, Set<Value>> {
  const ancestors = new Map<Value, Set<Value>>();
  for (const value of reachable(wanted)) {
    ancestors.set(value, new Set(value.inputs.flatMap((input) => [input, ...ancestors.get(input)!])));
  }
  return ancestors;
}

/** The values that these are made of, operands first. */
function reachable(wanted: readonly Value[]): Value[] {
  const found = new Set<Value>(wanted);
  for (const value of found) for (const input of value.inputs) found.add(input);
  return [...found].toSorted((left, right) => left.id - right.id);
}

/** A row of texels for each row of the array where that fits: then threads find their place without dividing. */
function outputShape(root: Pick<Value, "shape" | "size">, shape: Shape, limits: Limits): TextureShape {
  const threads = threadsOf(root.size, shape);
  const width = (root.shape.at(-1) ?? 1) / (shape.packed ? lanes : 1);
  const height = threads / width;
  const fits = Number.isInteger(width) && width >= 16 && height >= 2 && Math.max(width, height) <= limits.textureSize;
  return fits && root.size <= limits.elements ? [width, height] : requireShape(threads, root.size, limits);
}

/** The shape of the texture of an array that comes from outside, or stays on the device; throws `RangeError` where none holds it. */
export function arrayShape(shape: readonly number[], limits: Limits): TextureShape {
  return outputShape({ shape, size: sizeOf(shape) }, { packed: true, unroll: 1 }, limits);
}

function requireShape(texels: number, size: number, limits: Limits): TextureShape {
  const shape = size > limits.elements ? undefined : textureShape(texels, limits.textureSize);
  if (shape !== undefined) return shape;
  throw new RangeError(
    `compile: an array must have at most ${Math.min(limits.elements, 4 * limits.textureSize ** 2)} elements on this device, got ${size}.`,
  );
}

function describe(sources: readonly SourceArray[], kernels: readonly KernelStep[]): string {
  const name = (texture: number): string =>
    texture < sources.length ? `source ${texture}` : `kernel ${texture - sources.length}`;
  const texels = kernels.reduce((sum, { output: [width, height] }) => sum + width * height, 0);
  return [
    ...kernels.map(
      ({ textures, output, source }, number) =>
        `kernel ${number} [${output.join()}] reads ${textures.map(name).join(", ") || "nothing"}\n${source}`,
    ),
    `${kernels.length} kernels, ${16 * texels} bytes in their textures`,
  ].join("\n");
}

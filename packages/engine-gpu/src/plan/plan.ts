/** Which values share a kernel, which have a texture of their own, and what is left to the host? */
import { EngineError, type Graph, sizeOf } from "@symloss/core/engine";
import { type HostResult, mostElements, planHostResult, resultReads } from "./host.ts";
import { type KernelText, type Place, type Shape, threadsOf, writeKernel } from "../kernel/kernel.ts";
import { type TextureShape, lanes, textureShape } from "../kernel/layout.ts";
import { type SourceArray, translate } from "./operations.ts";
import type { SplitRule } from "./reduction.ts";
import type { Source } from "../kernel/source.ts";
import type { Value } from "../kernel/node.ts";

/** What a context allows. */
export interface Limits {
  /** Arrays that one kernel reads. */
  readonly inputs: number;
  /** Textures that one kernel fills. */
  readonly outputs: number;
  /** Texels along a side of a texture. */
  readonly textureSize: number;
  /** Elements of an array: no more than textures of that size hold. */
  readonly elements: number;
  /** Elements that an index of a kernel can tell apart, also of an array that has no texture. */
  readonly indices: number;
  /** Whether a thread computes four elements; else one, but for results that stay on the device. */
  readonly packed: boolean;
}

/** One kernel of a plan. */
export interface KernelStep {
  readonly source: Source;
  /** The textures that it reads: numbers of sources, then of the results of kernels. */
  readonly textures: readonly number[];
  /** The number of its first result; the others follow. */
  readonly result: number;
  /** How many textures it fills, all of the shape `output`. */
  readonly outputs: number;
  readonly output: TextureShape;
  /** The shape of the array whose parts, one below the other, its textures are; undefined where each is a result. */
  readonly whole: readonly number[] | undefined;
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

/** The plan of a graph of concrete shapes. Throws `EngineError` for an array that no texture holds. */
export function planGraph(graph: Graph, limits: Limits, destination: Destination): Plan {
  const { outputs, sources } = translate(graph, { split: splitRules[destination], indices: limits.indices });
  const results = outputs.map((output) => planHostResult(output, destination));
  const wanted = results.flatMap(resultReads);
  const forDevice: ReadonlySet<Value> = new Set(destination === "device" ? outputs : []);
  const groups = orderGroups(groupValues(wanted, limits, forDevice));
  const placeOf = new Map<Value, Place>();
  let textureCount = sources.length;
  const numbered = groups.map((group) => {
    const { roots, shape } = group;
    const result = textureCount;
    textureCount += shape.packed ? roots.length : 1;
    for (const [index, root] of roots.entries()) {
      placeOf.set(root, shape.packed ? { texture: result + index } : { texture: result, channel: index });
    }
    return { ...group, result };
  });
  const placeIn = (value: Value): Place => (value.kind === "source" ? { texture: value.slot } : placeOf.get(value)!);
  const kernels = numbered.map(({ roots, shape, reads, result }): KernelStep => {
    const output = outputShape(roots[0]!, shape, limits);
    const { source, textures, outputs } = writeKernel({
      ...shape,
      roots,
      output,
      indices: limits.indices,
      place: (value) => (reads.has(value) ? placeIn(value) : undefined),
    });
    const whole = shape.parts > 1 ? roots[0]!.shape : undefined;
    return { source, textures, result, outputs, output, whole };
  });
  const places = new Map(wanted.map((value) => [value, placeIn(value)]));
  return { sources, kernels, results, places, description: describe(sources, kernels) };
}

/** A scalar for the host is left in parts, which the host adds in float64; anything else is split until threads are many. */
const splitRules: Record<Destination, SplitRule> = {
  host: (results, length) => (results === 1 ? splitForHost(length) : splitRows(results, length)),
  device: (results, length) =>
    results === 1 && length > 1024 ? chunkOf(length, length / 256) : splitRows(results, length),
};

function splitForHost(length: number): number | undefined {
  return length > mostElements ? chunkOf(length, mostElements) : undefined;
}

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
  const wants: Wants = {
    isApart: (value) => apart.has(value),
    isWanted: (value) => pending.has(value.id) || done.has(value) || apart.has(value),
  };

  const join = (group: Group, alone: Group): Group | undefined => {
    const joined = bestGroup([...group.roots, ...alone.roots], shapesLike(group.shape), limits, wants, forDevice);
    if (joined === undefined) return undefined;
    // Textures of their own pay only where the values share what they read or compute.
    if (joined.shape.packed && joined.work >= group.work + alone.work) return undefined;
    const others = [
      ...groups.map(({ roots }) => roots),
      ...singles([...pending.values(), ...joined.reads], joined.roots),
    ];
    return isCyclic([joined.roots, ...others], ancestors) ? undefined : joined;
  };

  while (pending.size > 0) {
    const first = pending.get(Math.max(...pending.keys()))!;
    let group = bestGroup([first], shapes, limits, wants, forDevice)!;
    const others = [...pending.values()]
      .filter((value) => value !== first && value.size === first.size)
      .toSorted((left, right) => right.id - left.id)
      .flatMap((value) => bestGroup([value], shapes, limits, wants, forDevice) ?? []);
    // What a group takes in can make neighbours of others, which had to wait.
    for (;;) {
      const index = others.findIndex((alone) => isCompanion(alone, group));
      if (index === -1) break;
      const [alone] = others.splice(index, 1) as [Group];
      group = join(group, alone) ?? group;
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

/** Whether two groups may become one: all in one texture, or, each in its own, where one reads what the other reads or computes. */
function isCompanion(one: Group, other: Group): boolean {
  if (one.shape.packed !== other.shape.packed) return false;
  const [mine, theirs] = [one, other].map(({ reads, roots }) => [...reads, ...roots]) as [Value[], Value[]];
  return !one.shape.packed || mine.some((value) => theirs.includes(value));
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
  const isOutside = (value: Value): boolean => isBoundary(value) || apart.has(value);
  const gather = (value: Value, known: ReadonlyMap<Value, ReadonlySet<Value>>, boundary: boolean): Set<Value> =>
    new Set(value.inputs.flatMap((input) => (isOutside(input) ? (boundary ? [input] : []) : [...known.get(input)!])));
  for (const value of reachable(wanted)) {
    for (;;) {
      const read = gather(value, reads, true);
      const nodes = gather(value, inside, false).add(value);
      const candidates = value.inputs.filter((input) => !isOutside(input) && input.kind !== "literal");
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

/** Whether the value may always have a texture of its own: an array that is there, or a loop. */
function isBoundary({ kind }: Value): boolean {
  return kind === "source" || kind === "reduce" || kind === "partial";
}

/** Values in a kernel: gpu.js and the driver take time that grows with its length. */
const largestKernel = 120;

/** Which values a kernel may leave to others. */
interface Wants {
  /** Whether another kernel computes the value anyway. */
  readonly isWanted: (value: Value) => boolean;
  /** Whether the value is never computed inside a kernel of others. */
  readonly isApart: (value: Value) => boolean;
}

/** The way to compute the roots in one kernel that takes the least work; undefined where they can't share one. */
function bestGroup(
  roots: readonly Value[],
  candidates: readonly Shape[],
  limits: Limits,
  wants: Wants,
  forDevice: ReadonlySet<Value>,
): Group | undefined {
  const attempts: Attempt[] = [];
  for (const shape of candidates) {
    if (!isPossible(shape, roots, limits, forDevice)) continue;
    const next = attempt(roots, shape, limits, wants);
    // A kernel without loops is cheapest with all four lanes in use.
    if (next !== undefined && shape.packed && !next.text.hasLoops) return next;
    if (next !== undefined) attempts.push(next);
  }
  const short = attempts.filter(({ text }) => text.statements <= mostStatements);
  return (short.length > 0 ? short : attempts).reduce<Attempt | undefined>(
    (best, next) => (best === undefined || next.work < best.work ? next : best),
    undefined,
  );
}

const shapes: readonly Shape[] = [
  { packed: true, unroll: 1, parts: 1 },
  { packed: true, unroll: 4, parts: 1 },
  { packed: true, unroll: 4, parts: 4 },
  { packed: false, unroll: 4, parts: 1 },
  { packed: false, unroll: 1, parts: 1 },
];

/** Shapes that fill textures in the same way. */
function shapesLike({ packed }: Shape): readonly Shape[] {
  return shapes.filter((shape) => shape.packed === packed);
}

/** Whether textures of this shape can hold the roots. */
function isPossible(shape: Shape, roots: readonly Value[], limits: Limits, forDevice: ReadonlySet<Value>): boolean {
  const [first, ...others] = roots as [Value, ...Value[]];
  if (!shape.packed) {
    // Its elements take four times the texels: where they don't fit, only the packed shapes are left.
    if (limits.packed && textureShape(first.size, limits.textureSize) === undefined) return false;
    return roots.length <= lanes && !roots.some((root) => forDevice.has(root));
  }
  if (!limits.packed && !roots.every((root) => forDevice.has(root))) return false;
  if (shape.parts === 1) {
    const key = String(outputShape(first, shape, limits));
    return roots.length <= limits.outputs && others.every((root) => String(outputShape(root, shape, limits)) === key);
  }
  const [width, height] = outputShape(first, { ...shape, parts: 1 }, limits);
  const isFilled = lanes * width * height === first.size && height % shape.parts === 0;
  const isBusy = threadsOf(first.size, shape) >= busyThreads;
  return roots.length === 1 && shape.parts <= limits.outputs && isFilled && isBusy;
}

const mostStatements = 1200;

/** Statements of a kernel that computes several values, each in a texture of its own. */
const mostShared = 4 * largestKernel;

interface Attempt extends Group {
  readonly text: KernelText;
}

function attempt(roots: readonly Value[], shape: Shape, limits: Limits, wants: Wants): Attempt | undefined {
  const { isWanted, isApart } = wants;
  const cheapest = attemptReading(
    (value, times, inLoop) => isWanted(value) || !isComputedInside(value, times, inLoop),
    roots,
    shape,
    limits,
  );
  if (cheapest === undefined || cheapest.text.textures.length <= limits.inputs) return cheapest;
  if (roots.length > 1) return undefined;
  // It takes in what `valuesApart` counted for it, and no more.
  return attemptReading((value) => isApart(value) || isBoundary(value), roots, shape, limits);
}

function attemptReading(
  isRead: (value: Value, times: number, inLoop: boolean) => boolean,
  roots: readonly Value[],
  shape: Shape,
  limits: Limits,
): Attempt | undefined {
  const reads = new Set<Value>();
  let possible = true;
  const text = writeKernel({
    ...shape,
    roots,
    output: outputShape(roots[0]!, shape, limits),
    indices: limits.indices,
    place(value, times, inLoop) {
      if (roots.includes(value)) {
        if (inLoop) possible = false;
        return undefined;
      }
      if (!isRead(value, times, inLoop)) return undefined;
      reads.add(value);
      return { texture: value.id };
    },
  });
  if (!possible) return undefined;
  if (shape.packed && roots.length > 1 && text.statements > mostShared) return undefined;
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
function outputShape(
  root: Pick<Value, "shape" | "size">,
  shape: Shape,
  limits: Limits,
  caller = "compile",
): TextureShape {
  const texels = shape.packed ? Math.ceil(root.size / lanes) : root.size;
  const width = (root.shape.at(-1) ?? 1) / (shape.packed ? lanes : 1);
  const height = texels / width;
  const fits = Number.isInteger(width) && width >= 16 && height >= 2 && Math.max(width, height) <= limits.textureSize;
  const [columns, rows] =
    fits && root.size <= limits.elements ? [width, height] : requireShape(texels, root.size, limits, caller);
  return [columns, rows / shape.parts];
}

/** The shape of the texture of an array that comes from outside, or stays on the device; throws `EngineError` where none holds it. */
export function arrayShape(shape: readonly number[], limits: Limits, caller: string): TextureShape {
  return outputShape({ shape, size: sizeOf(shape) }, { packed: true, unroll: 1, parts: 1 }, limits, caller);
}

function requireShape(texels: number, size: number, limits: Limits, caller: string): TextureShape {
  const shape = size > limits.elements ? undefined : textureShape(texels, limits.textureSize);
  if (shape !== undefined) return shape;
  throw new EngineError(
    `${caller}: an array must have at most ${limits.elements} elements on this device, got ${size}.`,
  );
}

function describe(sources: readonly SourceArray[], kernels: readonly KernelStep[]): string {
  const name = (texture: number): string => {
    if (texture < sources.length) return `source ${texture}`;
    const number = kernels.findLastIndex(({ result }) => result <= texture);
    const { result, outputs, whole } = kernels[number]!;
    return outputs > 1 && whole === undefined ? `output ${texture - result} of kernel ${number}` : `kernel ${number}`;
  };
  const texels = kernels.reduce(
    (sum, { output: [width, height], outputs, whole }) =>
      sum + width * height * outputs * (whole === undefined ? 1 : 2),
    0,
  );
  return [
    ...kernels.map(
      ({ textures, output, source }, number) =>
        `kernel ${number} [${output.join()}] reads ${textures.map(name).join(", ") || "nothing"}\n${source}`,
    ),
    `${kernels.length} kernels, ${16 * texels} bytes in their textures`,
  ].join("\n");
}

/** How does a graph become loop programs? */
import {
  DTypeError,
  type Graph,
  type OptionTable,
  OutOfRangeError,
  ShapeError,
  checkOptions,
  flagRule,
  isConcrete,
  lower,
  nodesWithin,
} from "@symloss/core/engine";
import { loopOperations } from "./element/loop-operation.ts";
import type { SumOrder } from "./element/sum-order.ts";
import { whole } from "./element/window.ts";
import { writeOutShortLoops } from "./emit/short-loops.ts";
import { unrollAndJam } from "./emit/unroll-and-jam.ts";
import { type Part, type Planning, knownOf, planParts } from "./parts.ts";
import { bytesOf, describePrograms } from "./program/describe.ts";
import { type Length, addLengths, formatLength, sizeOfShape } from "./program/length.ts";
import type { Buffer, Program } from "./program/program.ts";
import { allStatements, buffersOf } from "./program/statements.ts";
import { describeTree } from "./schedule/loop-tree.ts";

/** What a graph became: programs, the parts in which they run, one after the other, and the buffers that they read and write. */
export interface LoopPlan<L extends Length = Length> {
  readonly parts: readonly Part<L>[];
  readonly buffers: readonly Buffer<L>[];
  readonly programs: readonly Program<L>[];
  /** Of each program, the indices of its loops over what may be a batch, whose length must decide nothing where sums are in lanes. */
  readonly batches: readonly ReadonlySet<number>[];
}

/** What an engine says about how it runs programs. */
export interface LoopOptions<L extends Length = Length> {
  /**
   * How the engine adds: `inOrder` (default) or `inLanes`. With lanes the order of a sum depends on its loops, so these do not depend on the
   * length of any axis that may be a batch, the first of an input: a row has the same bits in every batch.
   */
  readonly sums?: SumOrder | undefined;
  /**
   * What the engine makes of a program before loops are unrolled and jammed, or nothing. What it makes is left as it is. New buffers take
   * their ids from the function.
   */
  readonly rewrite?: ((program: Program<L>, nextId: () => number) => Program<L> | undefined) | undefined;
  /** Whether lengths may have names, so that the programs take them as numbers when they run; default false. */
  readonly namedDimensions?: boolean | undefined;
}

type WithNumbers = LoopOptions<number> & { readonly namedDimensions?: false | undefined };
type WithNames = LoopOptions & { readonly namedDimensions: true };

const sumOrders: readonly unknown[] = ["inOrder", "inLanes"] satisfies SumOrder[];

const optionTable: OptionTable<LoopOptions> = {
  sums: { must: '"inOrder" or "inLanes"', holds: (value) => sumOrders.includes(value), error: OutOfRangeError },
  rewrite: { must: "a function", holds: (value) => typeof value === "function", error: DTypeError },
  namedDimensions: flagRule,
};

/**
 * The programs of a graph, as few as its reductions allow. Throws `DTypeError` or `OutOfRangeError` if an option is unknown or invalid,
 * and `ShapeError` if a length has a name and `namedDimensions` is not given.
 */
export function planLoops(graph: Graph, options?: WithNumbers): LoopPlan<number>;
export function planLoops(graph: Graph, options: WithNames): LoopPlan;
export function planLoops(graph: Graph, options: WithNumbers | WithNames = {}): LoopPlan {
  checkOptions("planLoops", options, optionTable);
  const { sums = "inOrder", rewrite, namedDimensions = false } = options as LoopOptions;
  if (!namedDimensions) requireNumbers(graph);
  const { inputs, outputs } = lower(graph, [...loopOperations, "scan"], "loops");
  const planning: Planning = { sums, buffers: [], programs: [] };
  const { buffers } = planning;
  for (const kind of ["input", "output"] as const) {
    const tensors = kind === "input" ? inputs : outputs;
    for (const [position, { dtype, shape }] of tensors.entries())
      buffers.push({ id: buffers.length, kind, dtype, size: sizeOfShape(shape), position });
  }
  const windows = buffers.map(whole);
  const known = knownOf(inputs, windows.slice(0, inputs.length), outputs);
  const parts = planParts(planning, outputs, windows.slice(inputs.length), known);
  let ids = buffers.length;
  const programs = planning.programs.map(({ program, batches }) => {
    const rewritten = rewrite?.(program, () => ids++);
    if (rewritten !== undefined) return rewritten;
    return unrollAndJam(sums === "inOrder" ? writeOutShortLoops(program) : program, batches);
  });
  const batches = planning.programs.map((emitted) => emitted.batches);
  return { parts, buffers: usedBuffers(buffers, programs, parts), programs, batches };
}

function requireNumbers(graph: Graph): void {
  for (const node of [...graph.inputs, ...nodesWithin(graph)]) {
    if (isConcrete(node.shape)) continue;
    throw new ShapeError(
      `planLoops: every length must be a number unless namedDimensions is true, got ${node} (${node.operation}).`,
    );
  }
}

/** The user's buffers, and those that programs or parts need. */
function usedBuffers(buffers: readonly Buffer[], programs: readonly Program[], parts: readonly Part[]): Buffer[] {
  const used = new Set([
    ...programs.flatMap(({ body }) => allStatements(body)).flatMap(buffersOf),
    ...countersOf(parts),
  ]);
  for (const { shares } of used) if (shares !== undefined) used.add(shares);
  return buffers.filter((buffer) => isGiven(buffer) || used.has(buffer));
}

function countersOf(parts: readonly Part[]): Buffer[] {
  return parts.flatMap((part) =>
    part.kind === "repetition" ? [part.place, part.parity, ...countersOf(part.parts)] : [],
  );
}

function isGiven({ kind }: Buffer): boolean {
  return kind === "input" || kind === "output";
}

/** The loop trees, the programs line by line, then the bytes of intermediate buffers and of scratch. */
export function describePlan({ parts, buffers, programs }: LoopPlan): string {
  const count = `${programs.length} ${programs.length === 1 ? "program" : "programs"}`;
  const between = addLengths(bytesOf(buffers, "intermediate"), bytesOf(buffers, "lasting"));
  const bytes = `${formatLength(between)} bytes between programs, ${formatLength(bytesOf(buffers, "scratch"))} bytes of scratch`;
  return `loops\n${describeParts(parts, "")}\n${describePrograms(programs)}\n${count}, ${bytes}`;
}

function describeParts(parts: readonly Part[], indent: string): string {
  const lines = parts.map((part) => {
    if (part.kind === "programs") return describeTree(part.tree).replaceAll(/^/gm, indent);
    const from = part.reverse ? ", from the last" : "";
    return `${indent}  ${formatLength(part.length)} steps${from}\n${describeParts(part.parts, `${indent}  `)}`;
  });
  return lines.join("\n");
}

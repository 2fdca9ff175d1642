/** How does a graph become loop programs? */
import { DTypeError, type Graph, type OptionTable, OutOfRangeError, checkOptions, lower } from "@symloss/core/engine";
import { loopOperations } from "./element/loop-operation.ts";
import type { SumOrder } from "./element/sum-order.ts";
import { translate } from "./element/translate.ts";
import { emitPrograms } from "./emit/emit.ts";
import { unrollAndJam } from "./emit/unroll-and-jam.ts";
import { bytesOf, describePrograms } from "./program/describe.ts";
import type { Buffer, Program } from "./program/program.ts";
import { allStatements, buffersOf } from "./program/statements.ts";
import { fuse } from "./schedule/fusion.ts";
import { type LoopTree, describeTree, splitPrograms } from "./schedule/loop-tree.ts";
import { collectStages } from "./schedule/stages.ts";
import { planStorage } from "./schedule/storage.ts";

/** What a graph became: programs that run one after the other, and the buffers that they read and write. */
export interface LoopPlan {
  /** Which stages share a loop. */
  readonly tree: LoopTree;
  readonly buffers: readonly Buffer[];
  readonly programs: readonly Program[];
}

/** What an engine says about how it runs programs. */
export interface LoopOptions {
  /**
   * How the engine adds: `inOrder` (default) or `inLanes`. With lanes the order of a sum depends on its loops, so these do not depend on the
   * length of any axis that may be a batch, the first of an input: a row has the same bits in every batch.
   */
  readonly sums?: SumOrder | undefined;
  /**
   * What the engine makes of a program before loops are unrolled and jammed, or nothing. What it makes is left as it is. New buffers take
   * their ids from the function.
   */
  readonly rewrite?: ((program: Program, nextId: () => number) => Program | undefined) | undefined;
}

const sumOrders: readonly unknown[] = ["inOrder", "inLanes"] satisfies SumOrder[];

const optionTable: OptionTable<LoopOptions> = {
  sums: { must: '"inOrder" or "inLanes"', holds: (value) => sumOrders.includes(value), error: OutOfRangeError },
  rewrite: { must: "a function", holds: (value) => typeof value === "function", error: DTypeError },
};

/**
 * The programs of a graph of concrete shapes, as few as its reductions allow.
 * Throws `DTypeError` or `OutOfRangeError` if an option is unknown or invalid.
 */
export function planLoops(graph: Graph, options: LoopOptions = {}): LoopPlan {
  checkOptions("planLoops", options, optionTable);
  const { sums = "inOrder", rewrite } = options;
  const { buffers, stores } = translate(lower(graph, loopOperations, "loops"), sums);
  const stages = collectStages(stores);
  const tree = fuse(stages.list);
  const trees = splitPrograms(tree);
  const storage = planStorage(trees);
  const emitted = emitPrograms(trees, storage, stages, buffers);
  let ids = buffers.length;
  const programs = emitted.programs.map(
    (program) => rewrite?.(program, () => ids++) ?? unrollAndJam(program, emitted.batches),
  );
  const used = new Set(programs.flatMap(({ body }) => allStatements(body)).flatMap(buffersOf));
  return { tree, buffers: buffers.filter((buffer) => isGiven(buffer) || used.has(buffer)), programs };
}

function isGiven({ kind }: Buffer): boolean {
  return kind === "input" || kind === "output";
}

/** The loop tree, the programs line by line, then the bytes of intermediate buffers and of scratch. */
export function describePlan({ tree, buffers, programs }: LoopPlan): string {
  const count = `${programs.length} ${programs.length === 1 ? "program" : "programs"}`;
  const bytes = `${bytesOf(buffers, "intermediate")} bytes between programs, ${bytesOf(buffers, "scratch")} bytes of scratch`;
  return `loops\n${describeTree(tree)}\n${describePrograms(programs)}\n${count}, ${bytes}`;
}

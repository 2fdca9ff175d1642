/** How does a graph become loop programs? */
import { type Graph, lower } from "@symloss/core/engine";
import { loopOperations } from "./element/loop-operation.ts";
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

/** The programs of a graph of concrete shapes, as few as its reductions allow. */
export function planLoops(graph: Graph): LoopPlan {
  const { buffers, stores } = translate(lower(graph, loopOperations, "loops"));
  const stages = collectStages(stores);
  const tree = fuse(stages.list);
  const trees = splitPrograms(tree);
  const storage = planStorage(trees);
  const programs = emitPrograms(trees, storage, stages, buffers).map(unrollAndJam);
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

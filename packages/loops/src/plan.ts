/** How does a graph become loop programs? */
import { type Graph, type Operation, allOperations, lower } from "@symloss/core/engine";
import { collectEffects } from "./schedule/stages.ts";
import { emitPrograms } from "./emit/emit.ts";
import { jamProgram } from "./emit/unroll-and-jam.ts";
import { type Buffer, type LoopPlan, allStatements, buffersOf } from "./program/program.ts";
import { translate } from "./element/translate.ts";

/** Said in passes over rows, so that a value and its gradient share them. */
const rowOperations: ReadonlySet<Operation> = new Set<Operation>(["softmax", "logSoftmax", "logSumExp"]);
const operations = allOperations.filter((operation) => !rowOperations.has(operation));

/** The programs of a graph of concrete shapes, as few as its reductions allow. */
export function planLoops(graph: Graph): LoopPlan {
  const { buffers, stores } = translate(lower(graph, operations, "loops"));
  const programs = emitPrograms(collectEffects(stores), buffers).map(jamProgram);
  const used = new Set(programs.flatMap(({ body }) => allStatements(body)).flatMap(buffersOf));
  return { buffers: buffers.filter((buffer) => isGiven(buffer) || used.has(buffer)), programs };
}

function isGiven({ kind }: Buffer): boolean {
  return kind === "input" || kind === "output";
}

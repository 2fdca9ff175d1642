/** How does a graph run as WebAssembly? */
import { EngineError, type Graph, type TypedArray, holds, nodesWithin } from "@symloss/core/engine";
import {
  type Buffer,
  type LoopPlan,
  type Repetition,
  allStatements,
  describePlan,
  planLoops,
  resolveLength,
} from "@symloss/loops";
import type { Arithmetic } from "../assembler/arithmetic.ts";
import { importModule, memoryName, writeModule } from "../assembler/module.ts";
import type { Heap } from "../memory/heap.ts";
import { type WasmModule, webAssembly } from "../assembler/host.ts";
import { type Blocks, findBlocks } from "./blocks.ts";
import { planLayout } from "./layout.ts";
import type { Note } from "./notes.ts";
import { planContractions } from "./transpose.ts";
import { library, libraryImports } from "./library.ts";
import type { WasmProgram } from "./program.ts";
import { findRepresentations } from "./representation.ts";
import { writeRepetition } from "./repetition.ts";
import { type Runner, makeRunner } from "./run.ts";
import { writeTileFunctions } from "./tiles.ts";
import { type Shared, writeProgram } from "./write-program.ts";

/** What the programs of an engine share. */
export interface Environment {
  readonly heap: Heap;
  readonly arithmetic: Arithmetic;
}

/** The program of a function of a module: from one iteration to another. */
export type RunBlock = (memory: number, from: number, to: number, phase: number) => unknown;

/** All steps of a repetition. */
export type RunSteps = (memory: number) => unknown;

/** The functions of a module. */
export interface Functions {
  readonly programs: readonly RunBlock[];
  readonly repetitions: ReadonlyMap<Repetition, RunSteps>;
}

/** A graph, compiled. */
export function compileGraph(graph: Graph, { heap, arithmetic }: Environment): WasmProgram {
  const { plan, contractions } = planContracted(graph);
  const representations = findRepresentations(plan.programs);
  const blocks = findBlocks(plan);
  const layout = planLayout(plan, namesIn(graph), blocks, representations);
  const constants = new Constants(heap);
  const notes: Note[] = [];
  let runner: Runner;
  try {
    for (const buffer of plan.buffers) if (buffer.kind === "constant") constants.place(buffer);
    const { batches } = plan;
    const shared: Shared = {
      arithmetic,
      representations,
      layout,
      contractions,
      batches,
      constants: constants.addresses,
    };
    runner = makeRunner(plan, instantiate(plan, blocks, shared, heap, notes), blocks, layout, heap);
  } catch (error) {
    constants.free();
    throw error;
  }
  return {
    // Few ask for it, and it takes a while to print.
    get description() {
      return [describePlan(plan), ...new Set(notes.map((note) => note()))].join("\n");
    },
    bytes: constants.bytes,
    run: runner,
    dispose: () => constants.free(),
  };
}

/** The loops of a graph, with what their contractions need transposed. */
function planContracted(graph: Graph): { plan: LoopPlan; contractions: readonly ReadonlySet<number>[] } {
  const scratch: Buffer[] = [];
  const contractions: ReadonlySet<number>[] = [];
  const plan = planLoops(graph, {
    sums: "inLanes",
    namedDimensions: true,
    rewrite(program, nextId) {
      const contracted = planContractions(program, (size) => {
        const buffer: Buffer = { id: nextId(), kind: "scratch", dtype: "float64", size };
        scratch.push(buffer);
        return buffer;
      });
      contractions.push(contracted.contractions);
      return contracted.contractions.size > 0 ? contracted.program : undefined;
    },
  });
  return { plan: { ...plan, buffers: [...plan.buffers, ...scratch] }, contractions };
}

/** The names of lengths. */
function namesIn(graph: Graph): readonly string[] {
  const names = new Set<string>();
  for (const { shape } of [...graph.inputs, ...nodesWithin(graph)])
    for (const dimension of shape) if (typeof dimension === "string") names.add(dimension);
  return [...names];
}

function instantiate(plan: LoopPlan, blocks: readonly Blocks[], shared: Shared, heap: Heap, notes: Note[]): Functions {
  const hasProducts = plan.programs.some(({ body }) => allStatements(body).some(({ kind }) => kind === "multiply"));
  const tiles = hasProducts ? writeTileFunctions(shared.arithmetic) : [];
  const programs = plan.programs.map((program, index) => writeProgram(program, index, blocks[index]!, shared, notes));
  const repetitions = plan.parts.filter((part) => part.kind === "repetition");
  const firstProgram = libraryImports.length + tiles.length;
  const bytes = writeModule(libraryImports, [
    ...tiles.map((writer) => ({ name: undefined, writer })),
    ...programs.map((writer, index) => ({ name: nameOf("p", index), writer })),
    ...repetitions.map((repetition, index) => ({
      name: nameOf("r", index),
      writer: writeRepetition(repetition, firstProgram, shared.layout),
    })),
  ]);
  const instance = new (webAssembly().Instance)(compiled(bytes), {
    [importModule]: { ...library, [memoryName]: heap.memory },
  });
  return {
    programs: programs.map((_, index) => instance.exports[nameOf("p", index)] as RunBlock),
    repetitions: new Map(
      repetitions.map((repetition, index) => [repetition, instance.exports[nameOf("r", index)] as RunSteps]),
    ),
  };
}

function nameOf(word: "p" | "r", index: number): string {
  return `${word}${index}`;
}

function compiled(bytes: Uint8Array<ArrayBuffer>): WasmModule {
  try {
    return new (webAssembly().Module)(bytes);
  } catch (error) {
    throw new EngineError(
      `wasm: the generated module could not be compiled, at ${bytes.length} bytes. A smaller graph can be, or another engine.`,
      { cause: error },
    );
  }
}

/** The constants of a graph in the engine's memory. */
class Constants {
  readonly addresses: Map<Buffer, number> = new Map();
  readonly #heap: Heap;
  bytes = 0;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** Throws `EngineError` unless the data of the constant has its dtype and size. */
  place(buffer: Buffer): void {
    const { dtype, data } = buffer;
    const size = resolveLength(buffer.size, undefined);
    if (!holds(dtype, data) || data.length !== size)
      throw new EngineError(`wasm: a constant must be a typed array of ${size} elements of its dtype, got another.`);
    const array = data as TypedArray;
    const address = this.#heap.allocate(array.byteLength, "a constant");
    this.addresses.set(buffer, address);
    this.#heap.write(address, array);
    this.bytes += array.byteLength;
  }

  free(): void {
    for (const address of this.addresses.values()) this.#heap.free(address);
    this.addresses.clear();
  }
}

/** How does a program become a function that runs it in blocks? */
import { type Buffer, type Program, allStatements, buffersOf } from "@symloss/loops";
import type { Arithmetic } from "../assembler/arithmetic.ts";
import { type Expression, i32, int, load } from "../assembler/expression.ts";
import { FunctionWriter, type Local } from "../assembler/function.ts";
import type { Store } from "../assembler/instructions.ts";
import type { Blocks } from "./blocks.ts";
import { lengthWriter } from "./lengths.ts";
import { type Layout, stateBytes } from "./layout.ts";
import { finishReductions, writeLoop } from "./loop.ts";
import type { Note } from "./notes.ts";
import type { Context, Position } from "./position.ts";
import { writeAll } from "./print.ts";
import type { Representations } from "./representation.ts";

/** The bits that tell a function which of the blocks it runs is the first, and which the last. */
export const phases = { first: 1, last: 2 } as const;

/** What all programs of a plan share. */
export interface Shared {
  readonly arithmetic: Arithmetic;
  readonly representations: Representations;
  readonly layout: Layout;
  /** Of each program the indices of loops. */
  readonly contractions: readonly ReadonlySet<number>[];
  /** The same of loops over what may be a batch. */
  readonly batches: readonly ReadonlySet<number>[];
  /** Where the constants lie in memory. */
  readonly constants: ReadonlyMap<Buffer, number>;
}

/**
 * The program as a function of where its memory begins, from which iteration of its outermost loop to which it runs, and whether
 * this is the first and the last block.
 */
export function writeProgram(
  program: Program,
  index: number,
  { outermost }: Blocks,
  shared: Shared,
  notes: Note[],
): FunctionWriter {
  const writer = new FunctionWriter({ parameters: ["i32", "i32", "i32", "i32"] });
  const [memory, from, to, phase] = writer.parameters as readonly Local<"i32">[];
  const context: Context = {
    writer,
    arithmetic: shared.arithmetic,
    registers: shared.representations.registers[index]!,
    buffers: shared.representations.buffers,
    baseOf: placeBuffers(program, writer, memory!, shared),
    length: lengthWriter(writer, memory!, shared.layout.names),
    values: new Map(),
    indices: new Map(),
    accumulators: new Map(),
    columns: new Map(),
    contractions: shared.contractions[index]!,
    batches: shared.batches[index]!,
    notes,
  };
  const position: Position = { context, vector: undefined };
  const { body } = program;
  if (outermost === undefined) {
    writeAll(body, position);
    return writer;
  }
  const at = body.indexOf(outermost);
  const before = body.slice(0, at);
  const state = i32.add(memory!, int(shared.layout.state));
  let kept: readonly Local[] = [];
  writer.when(i32.and(phase!, int(phases.first)), () => {
    kept = writer.madeIn(() => writeAll(before, position));
  });
  writer.when(i32.eqz(i32.and(phase!, int(phases.first))), () => loadState(writer, kept, state));
  writeLoop(outermost, { kind: "part", from: from!, to: to!, extent: outermost.extent }, position, writeAll);
  writer.when(
    i32.and(phase!, int(phases.last)),
    () => {
      const begun = before.flatMap((statement) => (statement.kind === "accumulator" ? [statement.register] : []));
      finishReductions(outermost, new Set(begun), position);
      writeAll(body.slice(at + 1), position);
    },
    () => storeState(writer, kept, state),
  );
  return writer;
}

/** Where each buffer begins: the user's arrays, and those whose size is not known, stand in a table at the beginning of the memory. */
function placeBuffers(
  { body }: Program,
  writer: FunctionWriter,
  memory: Local<"i32">,
  { layout, constants }: Shared,
): (buffer: Buffer) => Expression<"i32"> {
  const inTable = new Map<Buffer, Expression<"i32">>();
  for (const statement of allStatements(body)) {
    for (const buffer of buffersOf(statement)) {
      const place = layout.users.get(buffer) ?? layout.sized.get(buffer);
      if (place === undefined || inTable.has(buffer)) continue;
      inTable.set(buffer, writer.define(load("i32.load", memory, 4 * place.entry)));
    }
  }
  return (buffer) => {
    const constant = constants.get(buffer);
    if (constant !== undefined) return int(constant);
    return inTable.get(buffer) ?? i32.add(memory, int(layout.offsets.get(buffer)!));
  };
}

function loadState(writer: FunctionWriter, locals: readonly Local[], state: Expression<"i32">): void {
  for (const [index, local] of locals.entries())
    writer.set(
      local,
      load(
        local.type === "v128" ? "v128.load" : local.type === "f64" ? "f64.load" : "i32.load",
        state,
        16 * index,
      ) as Expression,
    );
}

function storeState(writer: FunctionWriter, locals: readonly Local[], state: Expression<"i32">): void {
  if (16 * locals.length > stateBytes)
    throw new Error("wasm: a program must not keep more between blocks than is reserved.");
  for (const [index, local] of locals.entries()) {
    const name: Store = local.type === "v128" ? "v128.store" : local.type === "f64" ? "f64.store" : "i32.store";
    writer.store(name, state, local, 16 * index);
  }
}

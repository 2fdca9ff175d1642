/**
 * Which sums does a loop around short ones add up side by side, as those of a few classes over many positions? Each has a lane of a
 * variable, which is added to memory now and then, and not in every iteration.
 */
import { type Length, type Statement, type StatementOf, allStatements } from "@symloss/loops";
import { floats, int } from "../assembler/expression.ts";
import { pointersOf } from "./memory-access.ts";
import type { ActiveLanes, Context, Position } from "./position.ts";
import { accessIn, isIndex, strideOf } from "./registers.ts";
import { addToMemory } from "./update.ts";

/** An update in a short loop that adds to the same elements in every iteration of the loop around it. */
export interface ColumnSum {
  readonly update: StatementOf<"update">;
  readonly loop: ShortLoop;
}

type ShortLoop = StatementOf<"loop"> & { readonly extent: number };

/** How many elements a short loop has at most. */
const widest = 16;

/** The column sums in the body of a loop with this index. */
export function columnSumsOf(body: readonly Statement[], index: number, context: Context): readonly ColumnSum[] {
  const loops = body
    .filter((statement) => statement.kind === "loop")
    // A row must not be added up otherwise in a short batch than in a long one.
    .filter((loop): loop is ShortLoop => isShort(loop.extent) && !context.batches.has(loop.index));
  if (loops.length === 0) return [];
  const buffers = allStatements(body).map((statement) => accessIn(statement)?.buffer);
  return loops.flatMap((loop) =>
    loop.body.flatMap((update) => {
      if (update.kind !== "update" || update.reduction !== "sum" || update.within !== undefined) return [];
      const { address, buffer, value } = update;
      const isColumn =
        strideOf(address, loop.index) === 1 &&
        address.terms.every(({ operand }) => operand.kind === "index" && !isIndex(operand, index)) &&
        buffers.filter((other) => other === buffer).length === 1 &&
        value.kind === "register" &&
        context.registers.get(value.register) === "single";
      return isColumn ? [{ update, loop }] : [];
    }),
  );
}

/** All vectors of a short loop are written out: they are full, or there is one. */
function isShort(extent: Length): boolean {
  return typeof extent === "number" && extent <= widest && (extent < 4 || extent % 4 === 0);
}

/** Begins the sums: their variables hold nothing yet. */
export function beginColumnSums(sums: readonly ColumnSum[], { columns, writer }: Context): void {
  for (const { update, loop } of sums) {
    const vectors = Array.from({ length: Math.ceil(loop.extent / 4) }, () => writer.define(floats(0)));
    columns.set(update, vectors);
  }
}

/** Adds what the variables hold to memory, and begins anew. */
export function flushColumnSums(sums: readonly ColumnSum[], { context }: Position): void {
  const { columns, writer } = context;
  for (const { update, loop } of sums) {
    const own: ReadonlySet<number> = new Set();
    const place: Position = { context, vector: undefined };
    const pointers = pointersOf([update], loop.index, own, place, int(0));
    for (const [number, local] of columns.get(update)!.entries()) {
      const active = Math.min(4, loop.extent - 4 * number) as ActiveLanes;
      const lanes = { values: new Map(), products: new Map(), accumulators: new Map(), pointers, own };
      const vector = { ...lanes, index: loop.index, counter: int(0), number, active };
      addToMemory(update, { kind: "single", lanes: local }, { context, vector });
      writer.set(local, floats(0));
    }
  }
}

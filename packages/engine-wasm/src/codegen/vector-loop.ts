/** How are the iterations of a loop divided among vectors, in an unrolled loop and a rest? */
import { type Length, type Register, type Statement, type StatementOf, multiplyLengths } from "@symloss/loops";
import { type Expression, i32, int } from "../assembler/expression.ts";
import type { Local } from "../assembler/function.ts";
import { flush, flushInterval, vectorAccumulators } from "./accumulate.ts";
import { type Pointer, pointersOf } from "./memory-access.ts";
import type { ActiveLanes, Context, Position, VectorPosition } from "./position.ts";

/** Which iterations run: all, or those from one that is a multiple of the block's length. */
export type Range =
  | { readonly kind: "all"; readonly extent: Length }
  /** `extent` is that of all ranges together; only the last one may be no multiple of `blockMultiple`. */
  | { readonly kind: "part"; readonly from: Local<"i32">; readonly to: Expression<"i32">; readonly extent: Length };

/** The length of every range but the last is a multiple of this. */
export const blockMultiple = 16;

export function beginOf(range: Range): Expression<"i32"> {
  return range.kind === "all" ? int(0) : range.from;
}

export function endOf(range: Range, { length }: Pick<Context, "length">): Expression<"i32"> {
  return range.kind === "all" ? length(range.extent) : range.to;
}

/** What is written as vector code. */
export interface VectorBody {
  readonly index: number;
  /** The statements that read and write memory with the index, and accumulate. */
  readonly statements: readonly Statement[];
  /** The registers that differ between iterations. */
  readonly own: ReadonlySet<Register>;
  /** How many vectors an iteration of the unrolled loop has. */
  readonly vectors: number;
  /** Writes several vectors that stand side by side. */
  readonly write: (vectors: readonly Position[]) => void;
  /** If given, the loop ends as soon as this holds after an iteration of the unrolled loop. */
  readonly endsIf?: (accumulators: Accumulators) => Expression<"i32">;
}

/** For each vector of an unrolled loop, the variables in which it accumulates. */
type Accumulators = readonly ReadonlyMap<Register, readonly Local<"v128">[]>[];

interface VectorLoop {
  readonly body: VectorBody;
  /** Leaves the loop if it may end early, and has reason to. */
  readonly endEarly: () => void;
  readonly context: Context;
  /** The index of the first lane of the first vector. */
  readonly counter: Local<"i32">;
  readonly pointers: ReadonlyMap<string, Pointer>;
  readonly accumulators: Accumulators;
  readonly reductions: readonly StatementOf<"accumulate">[];
}

export function writeVectors(body: VectorBody, range: Range, position: Position): void {
  const { context } = position;
  const { writer } = context;
  const counter = writer.define(beginOf(range));
  const reductions = reductionsIn(body.statements);
  const accumulators = Array.from(
    { length: body.vectors },
    () => new Map(reductions.map((statement) => [statement.register, vectorAccumulators(statement, position)])),
  );
  const pointers = pointersOf(body.statements, body.index, body.own, position, counter);
  const loopThat = (endEarly: () => void): VectorLoop => ({
    body,
    endEarly,
    context,
    counter,
    reductions,
    pointers,
    accumulators,
  });
  const { endsIf } = body;
  const whole = loopThat(() => {});
  if (endsIf === undefined) writeRange(whole, range);
  else
    writer.block((leave) =>
      writeRange(
        loopThat(() => leave(endsIf(accumulators))),
        range,
      ),
    );
  flushAll(whole, reductions);
}

function writeRange(loop: VectorLoop, range: Range): void {
  if (range.kind === "part") writePart(loop, range);
  else if (typeof range.extent === "number") writeAll(loop, range.extent);
  else writeNamed(loop, range.extent);
}

/** Adds what the vectors have accumulated to the whole. */
function flushAll({ context, accumulators }: VectorLoop, reductions: readonly StatementOf<"accumulate">[]): void {
  for (const each of accumulators)
    for (const statement of reductions) flush(statement, each.get(statement.register)!, context);
}

/** One statement for each reduction that a body accumulates. */
export function reductionsIn(body: readonly Statement[]): readonly StatementOf<"accumulate">[] {
  const all = body.filter((statement) => statement.kind === "accumulate");
  return [...new Map(all.map((statement) => [statement.register, statement])).values()];
}

/** Whether the variables of a reduction hold only so many numbers. */
export function isSum({ reduction }: StatementOf<"accumulate">): boolean {
  return reduction === "sum" || reduction === "total" || reduction === "sumLog1p";
}

/** Of a known number of iterations. */
function writeAll(loop: VectorLoop, extent: number): void {
  const unrolled = 4 * loop.body.vectors;
  const main = extent - (extent % unrolled);
  if (main === unrolled) writeUnrolled(loop);
  else if (main > 0) writeMain(loop, int(main), main > unrolled * flushInterval);
  writeRest(loop, extent - main);
}

/** Of a number of iterations that is known when the program runs. */
function writeNamed(loop: VectorLoop, extent: Length): void {
  const { context, counter } = loop;
  const { writer } = context;
  const end = writer.define(context.length(extent));
  const main = writer.define(i32.and(end, int(-4 * loop.body.vectors)));
  writer.when(i32.lt_s(counter, main), () => writeMain(loop, main, true));
  writer.when(i32.lt_s(counter, end), () => writeAnyRest(loop, end));
}

/** Of iterations from one to another that are known when the program runs. */
function writePart(loop: VectorLoop, { from, to, extent }: Extract<Range, { kind: "part" }>): void {
  const { context, counter } = loop;
  const { writer } = context;
  const unrolled = 4 * loop.body.vectors;
  const main = writer.define(i32.add(from, i32.and(i32.sub(to, from), int(-unrolled))));
  writer.when(i32.lt_s(counter, main), () => writeMain(loop, main, true));
  // Only the last range has a rest.
  if (typeof extent !== "number") {
    writer.when(i32.lt_s(counter, to), () => writeAnyRest(loop, to));
    return;
  }
  const rest = extent % unrolled;
  if (rest > 0) writer.when(i32.lt_s(counter, to), () => writeRest(loop, rest));
}

/** The unrolled loop, up to an iteration; `isLong` if sums may have to be flushed in between. */
function writeMain(loop: VectorLoop, main: Expression<"i32">, isLong: boolean): void {
  const { context, counter, reductions } = loop;
  const { writer } = context;
  const sums = reductions.filter(isSum);
  if (sums.length === 0 || !isLong) {
    writer.repeat(
      () => writeUnrolled(loop),
      () => i32.lt_s(counter, main),
    );
    return;
  }
  const end = writer.local("i32");
  writer.repeat(
    () => {
      writer.set(end, i32.add(counter, int(4 * loop.body.vectors * flushInterval)));
      writer.when(i32.lt_s(main, end), () => writer.set(end, main));
      writer.repeat(
        () => writeUnrolled(loop),
        () => i32.lt_s(counter, end),
      );
      flushAll(loop, sums);
    },
    () => i32.lt_s(counter, main),
  );
}

/** The iterations that do not fill all vectors. */
function writeRest(loop: VectorLoop, rest: number): void {
  if (rest === 0) return;
  const whole = Math.floor(rest / 4);
  const positions = Array.from({ length: whole }, (_, number) => vectorAt(loop, number, 4));
  if (rest % 4 !== 0) positions.push(vectorAt(loop, whole, (rest % 4) as ActiveLanes));
  loop.body.write(positions);
  loop.endEarly();
}

/** The same, of a number that is known when the program runs: vector by vector, and then as many lanes as are left. */
function writeAnyRest(loop: VectorLoop, end: Expression<"i32">): void {
  const { context, counter } = loop;
  const { writer } = context;
  const isWhole = (): Expression<"i32"> => i32.lt_s(i32.add(counter, int(3)), end);
  if (loop.body.vectors > 1) writer.when(isWhole(), () => writer.repeat(() => writeVectorsAt(loop, 1), isWhole));
  const left = writer.define(i32.sub(end, counter));
  for (const active of [1, 2, 3] as const) {
    writer.when(i32.eq(left, int(active)), () => {
      loop.body.write([vectorAt(loop, 0, active)]);
      loop.endEarly();
    });
  }
}

function writeUnrolled(loop: VectorLoop): void {
  writeVectorsAt(loop, loop.body.vectors);
}

/** As many whole vectors, after which all pointers stand behind them. */
function writeVectorsAt(loop: VectorLoop, vectors: number): void {
  const { context, counter, pointers } = loop;
  const { writer } = context;
  loop.body.write(Array.from({ length: vectors }, (_, number) => vectorAt(loop, number, 4)));
  loop.endEarly();
  for (const { local, step } of pointers.values())
    if (step !== 0) writer.set(local, i32.add(local, context.length(multiplyLengths(4 * vectors, step))));
  writer.set(counter, i32.add(counter, int(4 * vectors)));
}

function vectorAt(loop: VectorLoop, number: number, active: ActiveLanes): Position {
  const { body, context, counter, pointers } = loop;
  const vector: VectorPosition = {
    index: body.index,
    counter,
    number,
    active,
    values: new Map(),
    products: new Map(),
    pointers,
    own: body.own,
    accumulators: loop.accumulators[number]!,
  };
  return { context, vector };
}

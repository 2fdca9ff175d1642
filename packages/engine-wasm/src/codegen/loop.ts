/** How is a loop written: four iterations at once where its body allows, else one after the other? */
import { type Length, type Register, type Statement, type StatementOf } from "@symloss/loops";
import { type Expression, i32, i32x4, int, ints, lane, shuffle, v128 } from "../assembler/expression.ts";
import type { FunctionWriter, Local } from "../assembler/function.ts";
import {
  accumulatedIn,
  activeOnly,
  finishAccumulator,
  flush,
  flushInterval,
  vectorAccumulators,
} from "./accumulate.ts";
import { type Contest, contestOf } from "./contest.ts";
import { type Exception, withoutExceptions } from "./exception.ts";
import { formulas } from "./formulas.ts";
import { type Pointer, pointersOf, storeElements } from "./memory-access.ts";
import { type ActiveLanes, type Context, type Position, type VectorPosition, valueOf } from "./position.ts";
import { type Value, masks, scalarOf } from "./value.ts";

/** Writes the statements of a body. */
export type WriteBody = (statements: readonly Statement[], position: Position) => void;

/** The body of a loop, and the index that it has. */
interface Body {
  readonly index: number;
  readonly body: readonly Statement[];
}

/** Which iterations run: all, or those from one that is a multiple of the block's length. */
export type Range =
  | { readonly kind: "all"; readonly extent: Length }
  /** `extent` is that of all ranges together; only the last one may be no multiple of `blockMultiple`. */
  | { readonly kind: "part"; readonly from: Local<"i32">; readonly to: Expression<"i32">; readonly extent: Length };

/** The length of every range but the last is a multiple of this. */
export const blockMultiple = 16;

export function writeLoop(loop: Body, range: Range, position: Position, writeBody: WriteBody): void {
  if (range.extent === 0) return;
  if (!isVectorisable(loop.body)) {
    writeScalarLoop(loop, range, position, writeBody);
    return;
  }
  const contest = range.kind === "all" ? contestOf(loop.index, loop.body) : undefined;
  if (contest !== undefined) {
    writeContest(contest, loop, range, position, writeBody);
    return;
  }
  const { body, exceptions } = withoutExceptions(loop);
  writeVectorLoop({ index: loop.index, body }, range, position, writeBody);
  for (const exception of exceptions) writeException(exception, loop.index, range, position);
}

/** Sets the registers of reductions that a statement completes: those that begin in the same body. */
export function finishReductions(
  statement: Statement,
  begun: ReadonlySet<Register>,
  position: Position,
): void {
  for (const register of new Set(accumulatedIn(statement)))
    if (begun.has(register)) finishAccumulator(register, position);
}

/** The innermost loops are vector code, whatever they contain. */
export function isVectorisable(body: readonly Statement[]): boolean {
  return body.every(({ kind }) => kind === "let" || kind === "accumulate" || kind === "store" || kind === "update");
}

function writeScalarLoop({ index, body }: Body, range: Range, position: Position, writeBody: WriteBody): void {
  const { context } = position;
  const { writer } = context;
  const counter = writer.define(beginOf(range));
  context.indices.set(index, counter);
  writer.repeat(
    () => {
      writer.scope(() => writeBody(body, position));
      writer.set(counter, i32.add(counter, int(1)));
    },
    () => i32.lt_s(counter, endOf(range)),
  );
}

function beginOf(range: Range): Expression<"i32"> {
  return range.kind === "all" ? int(0) : range.from;
}

function endOf(range: Range): Expression<"i32"> {
  return range.kind === "all" ? int(range.extent) : range.to;
}

/**
 * If all other elements are less than the target, nothing beats it: that is counted first. Only if it is not so the loop itself runs,
 * which asks for equal ones and NaN.
 */
function writeContest(contest: Contest, loop: Body, range: Range, position: Position, writeBody: WriteBody): void {
  const { context } = position;
  const { writer } = context;
  const counts = new Map<number, Local<"v128">>();
  const count = (inside: Position, { number, active }: VectorPosition): void => {
    const mask = writer.define(activeOnly(lessThan(contest, inside), active));
    writer.set(counts.get(number)!, i32x4.sub(counts.get(number)!, mask));
  };
  const begin = (vectors: number): void => {
    for (let number = 0; number < vectors; number++) counts.set(number, writer.define(ints(0)));
  };
  writeVectorLoop({ index: loop.index, body: contest.body }, range, position, writeBody, { begin, each: count });
  const total = [...counts.values()].reduce<Expression<"v128">>((left, right) => i32x4.add(left, right), ints(0));
  const isAlone = i32.eq(sumOfLanes(total, writer), int(range.extent - 1));
  const at = scalarOf(valueOf(contest.at, position));
  const isDecided = i32.and(isAlone, i32.lt_u(at, int(range.extent)));
  writer.when(i32.eqz(isDecided), () => writeVectorLoop(loop, range, position, writeBody));
}

function lessThan({ element, target }: Contest, inside: Position): Expression<"v128"> {
  const operands = [valueOf(element, inside), valueOf(target, inside)];
  const less = formulas.less(operands, { position: inside, result: "mask", dtype: "bool" });
  return masks(less);
}

function sumOfLanes(lanes: Expression<"v128">, writer: FunctionWriter): Expression<"i32"> {
  const four = writer.define(lanes);
  const two = writer.define(i32x4.add(four, shuffle(four, four, [2, 3, 0, 1])));
  return lane("i32x4.extract_lane", 0, i32x4.add(two, shuffle(two, two, [1, 0, 3, 2])));
}

/** What else is done for each vector of a loop. */
interface Extra {
  readonly begin: (vectors: number) => void;
  readonly each: (inside: Position, vector: VectorPosition) => void;
}

/** Writes the element of an exception once more, if the loop has come by it. */
function writeException({ at, value, store }: Exception, index: number, range: Range, position: Position): void {
  const { context } = position;
  const { writer } = context;
  const place = writer.define(scalarOf(valueOf(at, position)));
  const first = beginOf(range);
  writer.when(i32.lt_u(i32.sub(place, first), i32.sub(endOf(range), first)), () => {
    context.indices.set(index, place);
    storeElements(store.buffer, store.address, valueOf(value, position), position);
  });
}

/** A loop that is written as vector code. */
interface VectorLoop {
  readonly loop: Body;
  readonly extra: Extra | undefined;
  readonly context: Context;
  readonly writeBody: WriteBody;
  /** The index of the first iteration of the first vector. */
  readonly counter: Local<"i32">;
  readonly pointers: ReadonlyMap<string, Pointer>;
  readonly own: ReadonlySet<Register>;
  /** For each vector of an unrolled loop. */
  readonly accumulators: readonly ReadonlyMap<Register, readonly Local<"v128">[]>[];
  readonly sums: readonly StatementOf<"accumulate">[];
  /** The result that ends the loop as soon as it holds. */
  readonly search: Register | undefined;
}

function writeVectorLoop(loop: Body, range: Range, position: Position, writeBody: WriteBody, extra?: Extra): void {
  const { context } = position;
  const { writer } = context;
  const counter = writer.define(beginOf(range));
  const own = new Set(loop.body.flatMap((statement) => (statement.kind === "let" ? [statement.register] : [])));
  const reductions = distinctReductions(loop.body);
  const sums = reductions.filter(({ reduction }) => summed.has(reduction));
  const vectors = vectorsOf(loop.body, range.extent, sums.length);
  extra?.begin(vectors);
  const vector: VectorLoop = {
    loop,
    extra,
    context,
    writeBody,
    counter,
    pointers: pointersOf(loop.body, loop.index, own, position, counter),
    own,
    accumulators: Array.from(
      { length: vectors },
      () => new Map(reductions.map((statement) => [statement.register, vectorAccumulators(statement, position)])),
    ),
    sums,
    search: searchOf(loop.body),
  };
  writer.block((leave) => {
    const leaveIfFound = (): void => {
      const { search } = vector;
      if (search === undefined) return;
      const [first, ...others] = vector.accumulators.map((each) => each.get(search)![0]!);
      leave(v128.any_true(others.reduce<Expression<"v128">>((left, right) => v128.or(left, right), first!)));
    };
    if (range.kind === "all") writeAll(vector, range.extent, leaveIfFound);
    else writePart(vector, range, leaveIfFound);
  });
  flushAll(vector, reductions);
}

const summed: ReadonlySet<string> = new Set(["sum", "total", "sumLog1p"]);

/** One statement for each reduction that a body accumulates. */
function distinctReductions(body: readonly Statement[]): readonly StatementOf<"accumulate">[] {
  const all = body.filter((statement) => statement.kind === "accumulate");
  return [...new Map(all.map((statement) => [statement.register, statement])).values()];
}

/** Whether a loop only finds out whether something exists, and in which register. */
function searchOf(body: readonly Statement[]): Register | undefined {
  const results = body.filter((statement) => statement.kind === "accumulate");
  const isSearch =
    results.length === 1 &&
    results[0]!.reduction === "any" &&
    body.every(({ kind }) => kind === "let" || kind === "accumulate");
  return isSearch ? results[0]!.register : undefined;
}

/** With more variables than this, sums no longer all stay in registers, and one that does not waits for memory each time. */
const mostSums = 6;

/** How many vectors an iteration of the unrolled loop has: what one waits for, the others can do. */
function vectorsOf(body: readonly Statement[], extent: Length, sums: number): number {
  if (body.some((statement) => statement.kind === "update")) return 1;
  const most = body.length <= 12 ? 4 : body.length <= 40 ? 2 : 1;
  const fitting = Math.min(most, mostSums / Math.max(1, sums), extent / 4);
  return fitting >= 4 ? 4 : fitting >= 2 ? 2 : 1;
}

/** Of a known number of iterations. */
function writeAll(vector: VectorLoop, extent: Length, leaveIfFound: () => void): void {
  const { context, counter, accumulators, sums } = vector;
  const { writer } = context;
  const unrolled = 4 * accumulators.length;
  const main = extent - (extent % unrolled);
  const once = (): void => {
    for (const number of accumulators.keys()) writeVector(vector, number, 4);
    leaveIfFound();
    advance(vector, accumulators.length);
  };
  if (main === unrolled) once();
  else if (main > 0) {
    const block = unrolled * flushInterval;
    if (sums.length > 0 && main > block) {
      const end = writer.local("i32");
      writer.repeat(
        () => {
          writer.set(end, i32.add(counter, int(block)));
          if (main % block !== 0) writer.when(i32.lt_s(int(main), end), () => writer.set(end, int(main)));
          writer.repeat(once, () => i32.lt_s(counter, end));
          flushAll(vector, sums);
        },
        () => i32.lt_s(counter, int(main)),
      );
    } else writer.repeat(once, () => i32.lt_s(counter, int(main)));
  }
  writeRest(vector, extent - main, leaveIfFound);
}

/** The iterations that do not fill all vectors. */
function writeRest(vector: VectorLoop, rest: number, leaveIfFound: () => void): void {
  const whole = Math.floor(rest / 4);
  for (let number = 0; number < whole; number++) writeVector(vector, number, 4);
  if (rest % 4 !== 0) writeVector(vector, whole, (rest % 4) as ActiveLanes);
  if (rest > 0) leaveIfFound();
}

/** Of iterations from one to another that are known when the program runs. */
function writePart(vector: VectorLoop, range: Extract<Range, { kind: "part" }>, leaveIfFound: () => void): void {
  const { context, counter, accumulators, sums } = vector;
  const { writer } = context;
  const unrolled = 4 * accumulators.length;
  const main = writer.define(
    i32.add(range.from, i32.and(i32.sub(range.to, range.from), int(-unrolled))),
  );
  const once = (): void => {
    for (const number of accumulators.keys()) writeVector(vector, number, 4);
    leaveIfFound();
    advance(vector, accumulators.length);
  };
  writer.when(i32.lt_s(counter, main), () => {
    if (sums.length === 0) {
      writer.repeat(once, () => i32.lt_s(counter, main));
      return;
    }
    const end = writer.local("i32");
    writer.repeat(
      () => {
        writer.set(end, i32.add(counter, int(unrolled * flushInterval)));
        writer.when(i32.lt_s(main, end), () => writer.set(end, main));
        writer.repeat(once, () => i32.lt_s(counter, end));
        flushAll(vector, sums);
      },
      () => i32.lt_s(counter, main),
    );
  });
  const rest = range.extent % unrolled;
  // Only the last range has a rest.
  if (rest > 0) writer.when(i32.lt_s(counter, range.to), () => writeRest(vector, rest, leaveIfFound));
}

function writeVector(vector: VectorLoop, number: number, active: ActiveLanes): void {
  const { loop, context, counter, pointers, own, writeBody } = vector;
  const values = new Map<Register, Value>();
  const inside: VectorPosition = {
    index: loop.index,
    counter,
    number,
    active,
    values,
    pointers,
    own,
    accumulators: vector.accumulators[number]!,
  };
  context.writer.scope(() => {
    writeBody(loop.body, { context, vector: inside });
    vector.extra?.each({ context, vector: inside }, inside);
  });
}

/** On to the next vectors. */
function advance({ context, counter, pointers }: VectorLoop, vectors: number): void {
  const { writer } = context;
  for (const { local, step } of pointers.values())
    if (step !== 0) writer.set(local, i32.add(local, int(4 * vectors * step)));
  writer.set(counter, i32.add(counter, int(4 * vectors)));
}

function flushAll({ context, accumulators }: VectorLoop, reductions: readonly StatementOf<"accumulate">[]): void {
  for (const each of accumulators)
    for (const statement of reductions) flush(statement, each.get(statement.register)!, context);
}


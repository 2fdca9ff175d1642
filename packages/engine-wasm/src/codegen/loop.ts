/** How is a loop written: four iterations at once where its body allows, else one after the other? */
import { type Length, type Operand, type Register, type Statement, addLengths, assumeLength } from "@symloss/loops";
import { type Expression, i32, i32x4, int, ints, lane, v128 } from "../assembler/expression.ts";
import type { Local } from "../assembler/function.ts";
import { accumulatedIn, activeOnly, finishAccumulator, flushInterval } from "./accumulate.ts";
import { beginColumnSums, columnSumsOf, flushColumnSums } from "./column-sums.ts";
import { type Contest, contestOf } from "./contest.ts";
import { contractionOf } from "./contraction.ts";
import { type Exception, withoutExceptions } from "./exception.ts";
import { formulas } from "./formulas.ts";
import { writeContraction } from "./lane-sums.ts";
import { scalarNote, vectorNote } from "./notes.ts";
import { storeElements } from "./memory-access.ts";
import { type Position, valueOf } from "./position.ts";
import { definedIn } from "./registers.ts";
import { folded, masks, scalarOf } from "./value.ts";
import { type Range, type VectorBody, beginOf, endOf, isSum, reductionsIn, writeVectors } from "./vector-loop.ts";

/** Writes the statements of a body. */
export type WriteBody = (statements: readonly Statement[], position: Position) => void;

/** The body of a loop, and the index that it has. */
interface Body {
  readonly index: number;
  readonly body: readonly Statement[];
}

export function writeLoop(loop: Body, range: Range, position: Position, writeBody: WriteBody): void {
  if (range.extent === 0) return;
  if (isVectorisable(loop.body)) writeVectorLoop(loop, range, position, writeBody);
  else if (position.context.contractions.has(loop.index)) {
    const contraction = contractionOf({ kind: "loop", extent: range.extent, ...loop })!;
    writeContraction(contraction, range, position, writeBody);
  } else writeScalarLoop(loop, range, position, writeBody);
}

/** Sets the registers of reductions that a statement completes: those that begin in the same body. */
export function finishReductions(statement: Statement, begun: ReadonlySet<Register>, position: Position): void {
  if (begun.size === 0) return;
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
  context.notes.push(() => scalarNote(index));
  const counter = writer.define(beginOf(range));
  context.indices.set(index, counter);
  const sums = columnSumsOf(body, index, context);
  beginColumnSums(sums, context);
  const repeatTo = (end: Expression<"i32">): void =>
    writer.repeat(
      () => {
        writer.scope(() => writeBody(body, position));
        writer.set(counter, i32.add(counter, int(1)));
      },
      () => i32.lt_s(counter, end),
    );
  if (sums.length === 0) repeatTo(endOf(range, context));
  else
    inIntervals(counter, endOf(range, context), position, (end) => {
      repeatTo(end);
      flushColumnSums(sums, position);
    });
}

/** Runs a part of a loop for each interval after which sums are flushed. */
function inIntervals(
  counter: Local<"i32">,
  last: Expression<"i32">,
  { context: { writer } }: Position,
  write: (end: Expression<"i32">) => void,
): void {
  const end = writer.local("i32");
  writer.repeat(
    () => {
      writer.set(end, i32.add(counter, int(flushInterval)));
      writer.when(i32.lt_s(last, end), () => writer.set(end, last));
      write(end);
    },
    () => i32.lt_s(counter, last),
  );
}

function writeVectorLoop(loop: Body, range: Range, position: Position, writeBody: WriteBody): void {
  const contest = range.kind === "all" ? contestOf(loop.index, loop.body) : undefined;
  if (contest !== undefined) {
    writeContest(contest, loop, range, position, writeBody);
    return;
  }
  const search = searchOf(loop.body);
  if (search !== undefined) {
    writeSearch(search, loop, range, position, writeBody);
    return;
  }
  const { body, exceptions } = withoutExceptions(loop);
  const vectors = independent({ index: loop.index, body }, range, position, writeBody);
  const how = exceptions.length === 0 ? "" : ", and an element after them";
  position.context.notes.push(() => vectorNote(loop.index, body, vectors.vectors, how));
  writeVectors(vectors, range, position);
  for (const exception of exceptions) writeException(exception, loop.index, range, position);
}

/** A body each of whose vectors is written by itself. */
function independent({ index, body }: Body, range: Range, position: Position, writeBody: WriteBody): VectorBody {
  const { writer } = position.context;
  return {
    index,
    statements: body,
    own: definedIn(body),
    vectors: vectorsOf(body, range.extent, position),
    write(vectors) {
      for (const vector of vectors) writer.scope(() => writeBody(body, vector));
    },
  };
}

/** With more variables than this, sums no longer all stay in registers, and one that does not waits for memory each time. */
const mostSums = 6;

/** How many vectors an iteration of the unrolled loop has: what one waits for, the others can do. */
function vectorsOf(body: readonly Statement[], extent: Length, { context: { columns } }: Position): number {
  const updates = body.filter((statement) => statement.kind === "update");
  // Each vector of column sums has its own variable.
  const own = updates.map((update) => columns.get(update)).find((locals) => locals !== undefined);
  if (own !== undefined) return own.length;
  if (updates.length > 0) return 1;
  const sums = reductionsIn(body).filter(isSum).length;
  const most = body.length <= 12 ? 4 : body.length <= 40 ? 2 : 1;
  const fitting = Math.min(most, mostSums / Math.max(1, sums), assumeLength(extent) / 4);
  return fitting >= 4 ? 4 : fitting >= 2 ? 2 : 1;
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

/** A loop that ends as soon as its only result is known. */
function writeSearch(result: Register, loop: Body, range: Range, position: Position, writeBody: WriteBody): void {
  const endsIf: VectorBody["endsIf"] = (accumulators) => {
    const [first, ...others] = accumulators.map((each) => each.get(result)![0]!);
    return v128.any_true(others.reduce<Expression<"v128">>((left, right) => v128.or(left, right), first!));
  };
  const vectors = independent(loop, range, position, writeBody);
  position.context.notes.push(() => vectorNote(loop.index, loop.body, vectors.vectors, ", until one is found"));
  writeVectors({ ...vectors, endsIf }, range, position);
}

/** Writes the element of an exception once more, if the loop has come by it. */
function writeException({ at, value, store }: Exception, index: number, range: Range, position: Position): void {
  const { context } = position;
  const { writer } = context;
  const place = writer.define(scalarOf(valueOf(at, position)));
  const first = beginOf(range);
  writer.when(i32.lt_u(i32.sub(place, first), i32.sub(endOf(range, context), first)), () => {
    context.indices.set(index, place);
    storeElements(store.buffer, store.address, valueOf(value, position), position);
  });
}

/** How many vectors are looked at first. */
const firstVectors = 2;

/**
 * Whether anything beats the target. Of scores that are not yet trained one of the first is larger, nearly always. Else it is counted
 * how many are less: if all others are, nothing beats it. Only if it is not so the loop itself runs, which asks for equal ones and NaN.
 */
function writeContest(contest: Contest, loop: Body, range: Range, position: Position, writeBody: WriteBody): void {
  const { writer, accumulators } = position.context;
  const search = searchOf(loop.body)!;
  const [result] = accumulators.get(search)!.locals as readonly [Local<"v128">];
  const decide = (): void => {
    const isDecided = writeCount(contest, loop.index, range, position, writeBody);
    writer.when(i32.eqz(isDecided), () => writeSearch(search, loop, range, position, writeBody));
  };
  if (typeof range.extent !== "number" || range.extent < 8 * firstVectors) {
    decide();
    return;
  }
  const first: Range = { kind: "all", extent: 4 * firstVectors };
  const larger = (inside: Position): void =>
    writer.set(result, v128.or(result, isLess([contest.target, contest.element], inside)));
  writeVectors(contestBody(contest, loop.index, firstVectors, position, writeBody, larger), first, position);
  writer.when(i32.eqz(v128.any_true(result)), decide);
}

/** Counts what is less than the target, and tells whether that decides the contest. */
function writeCount(
  contest: Contest,
  index: number,
  range: Range,
  position: Position,
  writeBody: WriteBody,
): Expression<"i32"> {
  const { writer, notes, length } = position.context;
  const vectors = Math.max(1, Math.min(4, Math.floor(assumeLength(range.extent) / 4)));
  const counts = Array.from({ length: vectors }, () => writer.define(ints(0)));
  const count = (inside: Position): void => {
    const { number, active } = inside.vector!;
    const less = activeOnly(isLess([contest.element, contest.target], inside), active);
    writer.set(counts[number]!, i32x4.sub(counts[number]!, less));
  };
  notes.push(() => vectorNote(index, contest.body, vectors, ", to count what is less"));
  writeVectors(contestBody(contest, index, vectors, position, writeBody, count), range, position);
  const total = counts.reduce<Expression<"v128">>((left, right) => i32x4.add(left, right), ints(0));
  const areAllLess = i32.eq(
    lane("i32x4.extract_lane", 0, folded(total, i32x4.add, writer)),
    length(addLengths(range.extent, -1)),
  );
  return i32.and(areAllLess, i32.lt_u(scalarOf(valueOf(contest.at, position)), length(range.extent)));
}

function contestBody(
  { body }: Contest,
  index: number,
  vectors: number,
  { context }: Position,
  writeBody: WriteBody,
  compare: (inside: Position) => void,
): VectorBody {
  const write = (positions: readonly Position[]): void => {
    for (const inside of positions)
      context.writer.scope(() => {
        writeBody(body, inside);
        compare(inside);
      });
  };
  return { index, statements: body, own: definedIn(body), vectors, write };
}

function isLess(operands: readonly [Operand, Operand], inside: Position): Expression<"v128"> {
  const values = operands.map((operand) => valueOf(operand, inside));
  return masks(formulas.less(values, { position: inside, result: "mask", dtype: "bool" }));
}

/** How is a contraction written: four sums at once, one in each lane, while the loop inside goes on one by one? */
import {
  type Length,
  type Register,
  type Statement,
  type StatementOf,
  assumeLength,
  multiplyLengths,
} from "@symloss/loops";
import { type Expression, doubles, f64x2, floats, i32, int } from "../assembler/expression.ts";
import type { Local } from "../assembler/function.ts";
import { addSingles, flushInterval } from "./accumulate.ts";
import type { Contraction } from "./contraction.ts";
import type { WriteBody } from "./loop.ts";
import { type Pointer, pointersOf } from "./memory-access.ts";
import { vectorNote } from "./notes.ts";
import { type Context, type Position, setValue, valueOf } from "./position.ts";
import { definedIn, strideOf } from "./registers.ts";
import { doublesOf, upper } from "./value.ts";
import { type Range, reductionsIn, writeVectors } from "./vector-loop.ts";

export function writeContraction(
  contraction: Contraction,
  range: Range,
  position: Position,
  writeBody: WriteBody,
): void {
  const { index, extent, before, after, own } = contraction;
  const begun = new Set(before.filter(({ kind }) => kind === "accumulator"));
  const first = before.filter((statement) => !begun.has(statement));
  const write = (vectors: readonly Position[]): void =>
    position.context.writer.scope(() => {
      for (const vector of vectors) writeBody(first, vector);
      writeInner(contraction, vectors, writeBody);
      for (const vector of vectors) writeBody(after, vector);
    });
  const length = assumeLength(extent);
  const vectors = length >= 16 ? 4 : length >= 8 ? 2 : 1;
  const how = `, with a sum in each lane over i${contraction.inner.index}`;
  position.context.notes.push(() => vectorNote(index, [...first, ...after], vectors, how));
  writeVectors({ index, statements: [...first, ...after], own, vectors, write }, range, position);
}

/** The sums of one vector: float32 lanes, which are flushed to float64 lanes. */
interface LaneSums {
  readonly lanes: Local<"v128">;
  readonly low: Local<"v128">;
  readonly high: Local<"v128">;
}

/** A vector, and its sums by their registers. */
interface Member {
  readonly position: Position;
  readonly sums: ReadonlyMap<Register, LaneSums>;
}

function writeInner({ index, inner, own }: Contraction, vectors: readonly Position[], writeBody: WriteBody): void {
  const { context, vector } = vectors[0]!;
  const { writer } = context;
  const place = writer.define(int(0));
  context.indices.set(inner.index, place);
  // An address that an iteration computes is in no pointer, even if it is the same for all lanes.
  const varying = new Set([...own, ...definedIn(inner.body)]);
  const pointers = pointersOf(inner.body, index, varying, vectors[0]!, vector!.counter);
  const steps = stepsOf(inner, pointers);
  const members = vectors.map((position): Member => {
    const sums = reductionsIn(inner.body).map(({ register }) => [register, beginSums(context)] as const);
    return { position: { context, vector: { ...position.vector!, pointers } }, sums: new Map(sums) };
  });
  const shared = inner.body.filter((statement) => statement.kind === "let" && !own.has(statement.register));
  const single = inner.body.filter((statement) => !shared.includes(statement));
  const once = (): void => {
    writer.scope(() => {
      writeBody(shared, { context, vector: undefined });
      for (const member of members) for (const statement of single) writeOne(statement, member, writeBody);
    });
    for (const [local, step] of steps) writer.set(local, i32.add(local, context.length(step)));
    writer.set(place, i32.add(place, int(1)));
  };
  repeatFlushed(inner, place, once, members, context);
  for (const { position, sums } of members)
    for (const [register, { low, high }] of sums) setValue(register, { kind: "double", low, high }, position);
}

/** How far an iteration of the inner loop moves each pointer, in bytes. */
function stepsOf(
  inner: StatementOf<"loop">,
  pointers: ReadonlyMap<string, Pointer>,
): readonly (readonly [Local<"i32">, Length])[] {
  return [...pointers.values()].flatMap(({ local, address, bytes }) => {
    const step = multiplyLengths(strideOf(address, inner.index), bytes);
    return step === 0 ? [] : [[local, step] as const];
  });
}

function beginSums({ writer }: Context): LaneSums {
  return { lanes: writer.define(floats(0)), low: writer.define(doubles(0)), high: writer.define(doubles(0)) };
}

/** The loop inside: after so many iterations the sums are flushed. */
function repeatFlushed(
  { extent }: StatementOf<"loop">,
  place: Local<"i32">,
  once: () => void,
  members: readonly Member[],
  { writer, length }: Context,
): void {
  const upTo = (end: Expression<"i32">): void => {
    writer.repeat(once, () => i32.lt_s(place, end));
    for (const { sums } of members)
      for (const { lanes, low, high } of sums.values()) {
        writer.set(low, f64x2.add(low, f64x2.promote_low_f32x4(lanes)));
        writer.set(high, f64x2.add(high, f64x2.promote_low_f32x4(upper(lanes))));
        writer.set(lanes, floats(0));
      }
  };
  const last = length(extent);
  if (typeof extent === "number" && extent <= flushInterval) {
    upTo(last);
    return;
  }
  const end = writer.local("i32");
  writer.repeat(
    () => {
      writer.set(end, i32.add(place, int(flushInterval)));
      writer.when(i32.lt_s(last, end), () => writer.set(end, last));
      upTo(end);
    },
    () => i32.lt_s(place, last),
  );
}

/** A statement that each vector has for itself. */
function writeOne(statement: Statement, { position, sums }: Member, writeBody: WriteBody): void {
  if (statement.kind !== "accumulate") {
    writeBody([statement], position);
    return;
  }
  const { writer } = position.context;
  const { lanes, low, high } = sums.get(statement.register)!;
  const value = valueOf(statement.value, position);
  if (value.kind !== "double") {
    writer.set(lanes, addSingles(lanes, statement.value, value, position.vector!, position.context));
    return;
  }
  const terms = doublesOf(value);
  writer.set(low, f64x2.add(low, terms.low));
  writer.set(high, f64x2.add(high, terms.high));
}

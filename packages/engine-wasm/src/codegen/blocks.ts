/** In which blocks of its outermost loop does a program run, and which arrays does it take part by part? */
import {
  type Buffer,
  type LoopPlan,
  type Part,
  type Program,
  type Repetition,
  type StatementOf,
  addLengths,
} from "@symloss/loops";
import { isVectorisable } from "./loop.ts";
import { elementBytes } from "./memory-access.ts";
import { type Access, type Contents, findAccesses } from "./reach.ts";
import { blockMultiple } from "./vector-loop.ts";

/** A user's array of which a block needs one part: as many elements for each iteration. */
export interface Slice {
  readonly buffer: Buffer;
  readonly step: number;
  readonly bytesPerElement: number;
}

export interface Blocks {
  /** The loop that is run in blocks; undefined if the program runs at once. */
  readonly outermost: StatementOf<"loop"> | undefined;
  readonly slices: readonly Slice[];
  /** How many iterations a block has. */
  readonly rows: number;
  /** How many blocks there are; infinity if that is not known before a run. */
  readonly count: number;
}

/** About how many bytes of the user's arrays a block takes: they stay in the cache from the copy to the use. */
const bytesOfBlock = 3 * 2 ** 16;

/** The blocks of each program of a plan; what is repeated runs at once. */
export function findBlocks({ programs, parts }: Pick<LoopPlan, "programs" | "parts">): readonly Blocks[] {
  const contents: Contents = new Map();
  const repetitions = parts.filter((part) => part.kind === "repetition");
  for (const repetition of repetitions) noteCounters(repetition, contents);
  const repeated = new Set(repetitions.flatMap(programsIn));
  const all = programs.map((program, index) => {
    const outermost = repeated.has(index) ? undefined : outermostLoop(program);
    return { outermost, accesses: findAccesses(program, outermost, contents) };
  });
  const uses = new Map<Buffer, number>();
  for (const { accesses } of all)
    for (const buffer of new Set(accesses.map(({ buffer }) => buffer))) uses.set(buffer, (uses.get(buffer) ?? 0) + 1);
  const whole = new Set<Buffer>();
  for (;;) {
    const blocks = all.map(({ outermost, accesses }) =>
      inBlocks(
        outermost,
        slicesOf(accesses, uses).filter(({ buffer }) => !whole.has(buffer)),
      ),
    );
    // An array that one program needs as a whole is given to the others as a whole too.
    const before = whole.size;
    for (const [index, { accesses }] of all.entries())
      for (const { buffer } of accesses)
        if (!blocks[index]!.slices.some((slice) => slice.buffer === buffer)) whole.add(buffer);
    if (whole.size === before || blocks.every(({ slices }) => slices.every(({ buffer }) => !whole.has(buffer))))
      return blocks;
  }
}

/** Between which numbers the counters of a repetition are. */
function noteCounters({ place, parity, length, parts }: Repetition, contents: Contents): void {
  contents.set(place, { least: 0, most: addLengths(length, -1) });
  contents.set(parity, { least: 0, most: 1 });
  for (const part of parts) if (part.kind === "repetition") noteCounters(part, contents);
}

function programsIn(part: Part): readonly number[] {
  return part.kind === "programs" ? part.programs : part.parts.flatMap(programsIn);
}

function outermostLoop({ body }: Program): StatementOf<"loop"> | undefined {
  // Loops before it transpose what it needs.
  const last = body.findLast((statement) => statement.kind === "loop");
  return body.every(({ kind }) => kind !== "multiply" && kind !== "mapRows") ? last : undefined;
}

/** The users' arrays of which each iteration of the outermost loop touches its own part alone. */
function slicesOf(accesses: readonly Access[], uses: ReadonlyMap<Buffer, number>): readonly Slice[] {
  const byBuffer = new Map<Buffer, Access[]>();
  for (const access of accesses) {
    const list = byBuffer.get(access.buffer);
    if (list === undefined) byBuffer.set(access.buffer, [access]);
    else list.push(access);
  }
  return [...byBuffer].flatMap(([buffer, list]) => {
    if (buffer.kind !== "input" && (buffer.kind !== "output" || uses.get(buffer) !== 1)) return [];
    const inside = list.filter(({ step }) => step !== undefined);
    const step = inside[0]?.step ?? 0;
    if (typeof step !== "number") return [];
    const isBelow = ({ most }: Access["within"]): boolean => typeof most === "number" && most < step;
    const isSliced =
      step > 0 &&
      inside.every(
        ({ step: own, within }) =>
          own === step && typeof within.least === "number" && within.least >= 0 && isBelow(within),
      );
    // What is read before the loop must lie in the first iteration's part; nothing may be written there.
    const isFirst = list.every(
      (access) => access.step !== undefined || (!access.writes && access.comesFirst && isBelow(access.within)),
    );
    return isSliced && isFirst ? [{ buffer, step, bytesPerElement: elementBytes(buffer, undefined) }] : [];
  });
}

function inBlocks(outermost: StatementOf<"loop"> | undefined, slices: readonly Slice[]): Blocks {
  const once: Blocks = { outermost: undefined, slices: [], rows: 0, count: 1 };
  if (outermost === undefined || slices.length === 0) return once;
  const bytes = slices.reduce((sum, { step, bytesPerElement }) => sum + step * bytesPerElement, 0);
  const fitting = Math.floor(bytesOfBlock / bytes);
  const multiple = isVectorisable(outermost.body) ? 16 * blockMultiple : 1;
  const rows = Math.max(multiple, fitting - (fitting % multiple));
  const { extent } = outermost;
  if (typeof extent !== "number") return { outermost, slices, rows, count: Infinity };
  return rows >= extent ? once : { outermost, slices, rows, count: Math.ceil(extent / rows) };
}

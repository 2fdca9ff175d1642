/** How are the tiles of a product of matrices multiplied, once its panels are packed? */
import type { Arithmetic } from "../assembler/arithmetic.ts";
import { type Expression, doubles, f64x2, floats, i32, int, load, shuffle } from "../assembler/expression.ts";
import { FunctionWriter, type Local } from "../assembler/function.ts";
import { libraryImports } from "./library.ts";
import { upper } from "./value.ts";

type Vector = Expression<"v128">;

/** How many rows, columns and numbers along the depth a block has. Panels hold lines of whole `lanes`, filled up with 0. */
export const block = { rows: 32, columns: 32, depth: 256, lanes: 4 } as const;

/** The length of the lines of a panel. */
export function lineLength(depth: number): number {
  return Math.ceil(Math.min(depth, block.depth) / block.lanes) * block.lanes;
}

/** The functions of a module that multiplies matrices, in the order in which they are its first. */
const tileFunctions = ["addTiles", "addDoubleTiles", "joinPairs"] as const;

export type TileFunction = (typeof tileFunctions)[number];

/** Calls one of them as a statement. */
export function callTile(writer: FunctionWriter, name: TileFunction, ...operands: readonly Expression[]): void {
  writer.call(libraryImports.length + tileFunctions.indexOf(name), ...operands);
}

export function writeTileFunctions(arithmetic: Arithmetic): readonly FunctionWriter[] {
  return [addTiles(singleLanes(arithmetic), singleTile), addTiles(doubleLanes, doubleTile), joinPairs()];
}

/** How many lines of both panels a tile has: with more, their sums would not stay in registers. */
interface Sides {
  readonly rows: number;
  readonly columns: number;
}

export const singleTile: Sides = { rows: 4, columns: 2 };

const doubleTile: Sides = { rows: 2, columns: 2 };

/** How numbers of a panel are multiplied and added up, exactly as a loop over them does it. */
interface Lanes {
  readonly bytes: number;
  readonly zero: Vector;
  readonly multiplyAdd: (x: Vector, y: Vector, sum: Vector) => Vector;
  /** What a vector of sums adds to two float64. */
  readonly widen: (sum: Vector) => Vector;
}

const doubleLanes: Lanes = {
  bytes: 8,
  zero: doubles(0),
  multiplyAdd: (x, y, sum) => f64x2.add(sum, f64x2.mul(x, y)),
  widen: (sum) => sum,
};

function singleLanes(arithmetic: Arithmetic): Lanes {
  return {
    bytes: 4,
    zero: floats(0),
    multiplyAdd: (x, y, sum) => arithmetic.multiplyAdd(x, y, sum),
    widen: (sum) => f64x2.add(f64x2.promote_low_f32x4(sum), f64x2.promote_low_f32x4(upper(sum))),
  };
}

/**
 * (sums, rows, columns, height, width, length): adds the products of all lines of two panels to the pairs of a block of sums,
 * whose rows hold as many as a block has columns.
 */
function addTiles(lanes: Lanes, sides: Sides): FunctionWriter {
  const writer = new FunctionWriter({ parameters: ["i32", "i32", "i32", "i32", "i32", "i32"] });
  const [sums, rows, columns, height, width, length] = writer.parameters as readonly Local<"i32">[];
  const line = writer.define(i32.mul(length!, int(lanes.bytes)));
  const [row, column] = [writer.local("i32"), writer.local("i32")];
  const each = (index: Local<"i32">, end: Expression<"i32">, side: number, body: () => void): void => {
    writer.set(index, int(0));
    writer.repeat(
      () => {
        body();
        writer.set(index, i32.add(index, int(side)));
      },
      () => i32.lt_s(index, end),
    );
  };
  const [x, y, end] = [writer.local("i32"), writer.local("i32"), writer.local("i32")];
  each(row, height!, sides.rows, () =>
    each(column, width!, sides.columns, () => {
      writer.set(x, i32.add(rows!, i32.mul(row, line)));
      writer.set(y, i32.add(columns!, i32.mul(column, line)));
      writer.set(end, i32.add(x, line));
      const to = writer.define(i32.add(sums!, i32.shl(i32.add(i32.mul(row, int(block.columns)), column), int(4))));
      addTile(writer, lanes, sides, { x, y, end, line, to });
    }),
  );
  return writer;
}

interface Tile {
  readonly x: Local<"i32">;
  readonly y: Local<"i32">;
  /** Where the first line of x ends. */
  readonly end: Local<"i32">;
  /** How many bytes a line has. */
  readonly line: Local<"i32">;
  /** Where the sums are. */
  readonly to: Local<"i32">;
}

function addTile(writer: FunctionWriter, lanes: Lanes, sides: Sides, { x, y, end, line, to }: Tile): void {
  const vectors = (block.lanes * lanes.bytes) / 16;
  const pairs = Array.from({ length: sides.rows * sides.columns }, (_, index) => ({
    row: Math.floor(index / sides.columns),
    column: index % sides.columns,
  }));
  const accumulators = pairs.map(() => Array.from({ length: vectors }, () => writer.define(lanes.zero)));
  const linesFrom = (first: Local<"i32">, count: number): readonly Local<"i32">[] => {
    const lines = [first];
    while (lines.length < count) lines.push(writer.define(i32.add(lines.at(-1)!, line)));
    return lines;
  };
  const [xs, ys] = [linesFrom(x, sides.rows), linesFrom(y, sides.columns)];
  writer.repeat(
    () => {
      for (let vector = 0; vector < vectors; vector++) {
        const left = xs.map((place) => writer.define(load("v128.load", place, 16 * vector)));
        const right = ys.map((place) => writer.define(load("v128.load", place, 16 * vector)));
        for (const [index, { row, column }] of pairs.entries()) {
          const sum = accumulators[index]![vector]!;
          writer.set(sum, lanes.multiplyAdd(left[row]!, right[column]!, sum));
        }
      }
      for (const place of [...xs, ...ys]) writer.set(place, i32.add(place, int(16 * vectors)));
    },
    () => i32.lt_u(x, end),
  );
  for (const [index, { row, column }] of pairs.entries()) {
    const offset = 16 * (row * block.columns + column);
    const sum = accumulators[index]!.reduce<Vector>(
      (before, part) => f64x2.add(before, lanes.widen(part)),
      load("v128.load", to, offset),
    );
    writer.store("v128.store", to, sum, offset);
  }
}

/** (pairs, count): each pair of float64 becomes their sum, in place. */
function joinPairs(): FunctionWriter {
  const writer = new FunctionWriter({ parameters: ["i32", "i32"] });
  const [pairs, count] = writer.parameters as readonly Local<"i32">[];
  const to = writer.define(pairs!);
  const end = writer.define(i32.add(pairs!, i32.shl(count!, int(3))));
  writer.repeat(
    () => {
      const pair = writer.define(load("v128.load", pairs!));
      writer.storeLane("v128.store64_lane", 0, to, f64x2.add(pair, shuffle(pair, pair, [1, 0])));
      writer.set(pairs!, i32.add(pairs!, int(16)));
      writer.set(to, i32.add(to, int(8)));
    },
    () => i32.lt_u(to, end),
  );
  return writer;
}

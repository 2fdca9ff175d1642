/** How is a tiled product of matrices written: in blocks whose panels stay in the cache, of tiles whose sums stay in registers? */
import {
  type Buffer,
  type Length,
  type Operand,
  type Panel,
  type Statement,
  type StatementOf,
  assumeLength,
  formatLength,
} from "@symloss/loops";
import { type Expression, choose, doubles, i32, int } from "../assembler/expression.ts";
import type { Local } from "../assembler/function.ts";
import { type WriteBody, writeLoop } from "./loop.ts";
import { elementBytes } from "./memory-access.ts";
import type { Context, Position } from "./position.ts";
import { block, callTile, lineLength, singleTile } from "./tiles.ts";
import { uniformInteger } from "./value.ts";

/** From the first up to below the last. */
interface Range {
  readonly from: Local<"i32">;
  readonly to: Local<"i32">;
}

interface Writing {
  readonly product: StatementOf<"multiply">;
  readonly context: Context;
  readonly writeBody: WriteBody;
}

/** Registers of this file's own statements; those of programs are not negative. */
const own = { offset: -1, sum: -2 } as const;

export function writeMultiply(product: StatementOf<"multiply">, { context }: Position, writeBody: WriteBody): void {
  const writing: Writing = { product, context, writeBody };
  const { rows, columns, depth } = product;
  context.notes.push(
    () =>
      `multiply ${[rows.count, depth, columns.count].map(formatLength).join(" by ")}: tiles of ${singleTile.rows} x ${singleTile.columns} sums of ${block.lanes} lanes`,
  );
  if (rows.count === 0 || columns.count === 0) return;
  const fits = fitsInBlock(depth, context);
  writeBlocks(context, columns.count, block.columns, (ofColumns) => {
    // Lines that fit into one block are packed once for all rows.
    if (depth !== 0) whenever(fits, context, () => writePanel(columns, ofColumns, wholeDepth(depth, context), writing));
    writeBlocks(context, rows.count, block.rows, (ofRows) => {
      clearSums(ofRows, writing);
      const add = (ofDepth: Range): void => {
        writePanel(rows, ofRows, ofDepth, writing);
        whenever(opposite(fits), context, () => writePanel(columns, ofColumns, ofDepth, writing));
        writeTiles(ofRows, ofColumns, ofDepth, writing);
      };
      if (fits !== true) writeBlocks(context, depth, block.depth, add);
      else if (depth !== 0) add(wholeDepth(depth, context));
      joinSums(ofRows, writing);
      writeEpilogue(ofRows, ofColumns, writing);
    });
  });
}

/** Something that is known, or known only when the program runs. */
type Condition = boolean | Local<"i32">;

/** Whether the lines of a product fit into one block. */
function fitsInBlock(depth: Length, { writer, length }: Context): Condition {
  if (typeof depth === "number") return depth <= block.depth;
  return writer.define(i32.lt_s(length(depth), int(block.depth + 1)));
}

function opposite(condition: Condition): boolean | Expression<"i32"> {
  return typeof condition === "boolean" ? !condition : i32.eqz(condition);
}

/** Writes something if the condition holds, or so that it runs only if it does. */
function whenever(condition: boolean | Expression<"i32">, { writer }: Context, write: () => void): void {
  if (typeof condition !== "boolean") writer.when(condition, write);
  else if (condition) write();
}

function wholeDepth(depth: Length, { writer, length }: Context): Range {
  return { from: writer.define(int(0)), to: writer.define(length(depth)) };
}

/** How many sums the rows of a block have. */
function sumsOf({ from, to }: Range): Expression<"i32"> {
  return i32.mul(i32.sub(to, from), int(block.columns));
}

function clearSums(ofRows: Range, { product, context: { writer, baseOf } }: Writing): void {
  writer.fillBytes(baseOf(product.sums), int(0), i32.shl(sumsOf(ofRows), int(4)));
}

function joinSums(ofRows: Range, { product, context: { writer, baseOf } }: Writing): void {
  callTile(writer, "joinPairs", baseOf(product.sums), sumsOf(ofRows));
}

function writeBlocks({ writer, length }: Context, count: Length, size: number, body: (range: Range) => void): void {
  const end = length(count);
  const from = writer.define(int(0));
  const to = writer.local("i32");
  writer.repeat(
    () => {
      writer.set(to, i32.add(from, int(size)));
      writer.set(to, choose<"i32">(end, to, i32.lt_s(end, to)));
      body({ from, to });
      writer.set(from, i32.add(from, int(size)));
    },
    () => i32.lt_s(from, end),
  );
}

/** The length of the lines of a block, filled up to whole lanes. */
function paddedLength({ from, to }: Range): Expression<"i32"> {
  return i32.and(i32.add(i32.sub(to, from), int(block.lanes - 1)), int(-block.lanes));
}

/** Computes the lines of a block and packs them, each filled up with 0. */
function writePanel(panel: Panel, range: Range, along: Range, writing: Writing): void {
  const { product, context, writeBody } = writing;
  const { writer } = context;
  const length = writer.define(paddedLength(along));
  const line = writer.define(range.from);
  context.indices.set(panel.line.index, line);
  const bytes = elementBytes(panel.buffer, context.buffers.get(panel.buffer));
  writer.repeat(
    () => {
      const begin = writer.define(i32.mul(i32.sub(line, range.from), length));
      context.values.set(own.offset, uniformInteger(writer.define(i32.sub(begin, along.from))));
      if (typeof product.depth !== "number" || product.depth % block.lanes !== 0)
        clearEnd(panel, begin, length, bytes, context);
      writeBody(panel.line.body, { context, vector: undefined });
      const pack = storeAt(panel, { kind: "index", index: panel.depth.index });
      const body = { index: panel.depth.index, body: [...panel.depth.body, pack] };
      const part = { kind: "part", from: along.from, to: along.to, extent: product.depth } as const;
      writeLoop(body, part, { context, vector: undefined }, writeBody);
      writer.set(line, i32.add(line, int(1)));
    },
    () => i32.lt_s(line, range.to),
  );
}

/** Sets the last lanes of a line to 0, of which the elements then take what they need. */
function clearEnd(
  { buffer }: Panel,
  begin: Expression<"i32">,
  length: Expression<"i32">,
  bytes: number,
  { writer, baseOf }: Context,
): void {
  const end = i32.sub(i32.add(begin, length), int(block.lanes));
  const place = writer.define(i32.add(baseOf(buffer), i32.mul(end, int(bytes))));
  for (let offset = 0; offset < block.lanes * bytes; offset += 16)
    writer.store("v128.store", place, doubles(0), offset);
}

function storeAt({ buffer, element }: Panel, index: Operand): Statement {
  const terms = [
    { operand: { kind: "register", register: own.offset } as const, stride: 1 },
    { operand: index, stride: 1 },
  ];
  return { kind: "store", buffer, address: { constant: 0, terms }, value: element };
}

function writeTiles(ofRows: Range, ofColumns: Range, ofDepth: Range, { product, context }: Writing): void {
  const { writer, baseOf, buffers } = context;
  const { rows, columns, sums } = product;
  const isSingle = buffers.get(rows.buffer) === "single";
  callTile(
    writer,
    isSingle ? "addTiles" : "addDoubleTiles",
    baseOf(sums),
    baseOf(rows.buffer),
    baseOf(columns.buffer),
    i32.sub(ofRows.to, ofRows.from),
    i32.sub(ofColumns.to, ofColumns.from),
    paddedLength(ofDepth),
  );
}

function writeEpilogue(ofRows: Range, ofColumns: Range, { product, context, writeBody }: Writing): void {
  const { writer } = context;
  const { epilogue, columns } = product;
  const { row, column } = epilogue;
  const index = writer.define(ofRows.from);
  context.indices.set(row.index, index);
  writer.repeat(
    () => {
      const line = i32.mul(i32.sub(index, ofRows.from), int(block.columns));
      context.values.set(own.offset, uniformInteger(writer.define(i32.sub(line, ofColumns.from))));
      writeBody(row.body, { context, vector: undefined });
      const body = [...elementStatements(product, column.index), ...column.body];
      const part = { kind: "part", from: ofColumns.from, to: ofColumns.to, extent: columns.count } as const;
      writeLoop({ index: column.index, body }, part, { context, vector: undefined }, writeBody);
      writer.set(index, i32.add(index, int(1)));
    },
    () => i32.lt_s(index, ofRows.to),
  );
}

/** Loads an element of the product; rounded as if it were read from memory, so that comparisons see the same number. */
function elementStatements({ sums, epilogue }: StatementOf<"multiply">, column: number): readonly Statement[] {
  const { element, dtype } = epilogue;
  const terms = [
    { operand: { kind: "register", register: own.offset } as const, stride: 1 },
    { operand: { kind: "index", index: column } as const, stride: 1 },
  ];
  const expression = { kind: "load", buffer: sums, address: { constant: 0, terms } } as const;
  if (dtype !== "float32") return [{ kind: "let", register: element, expression, dtype }];
  const operands = [{ kind: "register", register: own.sum }] as const;
  return [
    { kind: "let", register: own.sum, expression, dtype: "float64" },
    { kind: "let", register: element, expression: { kind: "apply", operation: "round", operands }, dtype },
  ];
}

/** How many bytes each buffer of a product takes, in blocks of this engine's own size. */
export function productBytes(product: StatementOf<"multiply">, elementSize: number): ReadonlyMap<Buffer, number> {
  const { depth, rows, columns, sums } = product;
  const line = lineLength(assumeLength(depth)) * elementSize;
  return new Map([
    [rows.buffer, line * block.rows],
    [columns.buffer, line * block.columns],
    [sums, 16 * block.rows * block.columns],
  ]);
}

/** How is a tiled product of matrices printed: in blocks whose panels stay in the cache, of tiles whose sums stay in registers? */
import { type LoopBody, type Panel, type StatementOf, productBlock } from "@symloss/loops";
import type { PrintBody } from "./loop.ts";
import { type Position, outermost, printOperand } from "./position.ts";
import { name } from "./text.ts";

const { tile } = productBlock;

/** The product that is printed, and the names of where its blocks begin and end. */
interface Printing {
  readonly product: StatementOf<"multiply">;
  /** In the loops of blocks. */
  readonly inside: Position;
  readonly printBody: PrintBody;
  readonly rows: Range;
  readonly columns: Range;
  readonly depth: Range;
  /** How far the rows of a block's sums are apart. */
  readonly step: string;
  /** Where a row of sums begins, minus the first column. */
  readonly line: string;
}

/** From the first up to below the last. */
interface Range {
  readonly from: string;
  readonly to: string;
}

export function printMultiply(product: StatementOf<"multiply">, { context }: Position, printBody: PrintBody): string {
  const fresh = (): Range => ({ from: context.name(), to: context.name() });
  const [rows, columns, depth] = [fresh(), fresh(), fresh()];
  const inside: Position = { ...outermost(context), hot: true };
  const [step, line] = [context.name(), context.name()];
  const printing: Printing = { product, inside, printBody, rows, columns, depth, step, line };
  const tiles = printTiles(printing);
  const packed = printPanel(product.rows, rows, printing) + printPanel(product.columns, columns, printing) + tiles;
  const sums = context.bufferName(product.sums);
  const clear = `const ${step}=Math.ceil((${columns.to}-${columns.from})/${tile})*${tile};${sums}.fill(0);\n`;
  const used = printEpilogue(printing);
  const ofBlock = clear + printBlocks(depth, context.length(product.depth), productBlock.depth, packed) + used;
  const ofRows = printBlocks(rows, context.length(product.rows.count), productBlock.rows, ofBlock);
  return printBlocks(columns, context.length(product.columns.count), productBlock.columns, ofRows);
}

function printBlocks({ from, to }: Range, count: string, size: number, body: string): string {
  return `for(let ${from}=0;${from}<${count};${from}+=${size}){\nconst ${to}=Math.min(${from}+${size},${count});\n${body}}\n`;
}

/** A loop over a range, with text before and after the statements of its body. */
function printOver(
  { index, body }: LoopBody,
  { from, to }: Range,
  { before = "", after = "" },
  { inside, printBody }: Printing,
): string {
  const i = name("i", index);
  return `for(let ${i}=${from};${i}<${to};${i}++){\n${before}${printBody(body, inside)}${after}}\n`;
}

/** Computes the lines of a block and packs them: each tile's lines side by side at each depth. */
function printPanel(panel: Panel, range: Range, printing: Printing): string {
  const { inside, depth } = printing;
  const { context } = inside;
  const [inGroup, at] = [context.name(), context.name()];
  const number = `${name("i", panel.line.index)}-${range.from}`;
  const begin = `const ${inGroup}=(${number})%${tile};let ${at}=(${number}-${inGroup})*(${depth.to}-${depth.from})+${inGroup};\n`;
  const each = `${context.bufferName(panel.buffer)}[${at}]=${printOperand(panel.element, inside)};${at}+=${tile};\n`;
  const along = printOver(panel.depth, depth, { after: each }, printing);
  return printOver(panel.line, range, { after: begin + along }, printing);
}

function printTiles({ product, inside, rows, columns, depth }: Printing): string {
  const buffers = [product.sums, product.rows.buffer, product.columns.buffer].map(inside.context.bufferName);
  const lengths = [rows, columns, depth].map(({ from, to }) => `${to}-${from}`);
  return `addTiles(${[...buffers, ...lengths].join()});\n`;
}

function printEpilogue({ product, inside, ...printing }: Printing): string {
  const { rows, columns, step, line } = printing;
  const { row, column, element, dtype } = product.epilogue;
  // Rounded as if it were read from memory, so that comparisons see the same number.
  const sum = `${inside.context.bufferName(product.sums)}[${line}+${name("i", column.index)}]`;
  const before = `const ${name("r", element)}=${dtype === "float32" ? `fround(${sum})` : sum};\n`;
  const begin = `const ${line}=(${name("i", row.index)}-${rows.from})*${step}-${columns.from};\n`;
  const all: Printing = { product, inside, ...printing };
  return printOver(row, rows, { after: begin + printOver(column, columns, { before }, all) }, all);
}

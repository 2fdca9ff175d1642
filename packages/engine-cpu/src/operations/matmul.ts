/** How are matrices multiplied: in blocks that stay in the cache, summed in float64 and rounded once? */
import type { TypedArray } from "@symloss/core/engine";
import { addTiles } from "../codegen/tiles.ts";
import { blockSizes, productBlock, wholeTiles } from "@symloss/loops";
import { type Layout, forEachPoint, nest, pickAxes, rowMajor } from "../layout.ts";
import type { Row } from "../row.ts";

const { tile } = productBlock;

/** Every product enters its sum, so that NaN and infinities are carried. */
export const matmul: Row<"matmul"> = ([x, y], _, { shape }) => {
  const leading = [...shape.keys()].slice(0, -2);
  const products = nest([rowMajor(shape), x!, y!].map((layout) => pickAxes(layout, leading)));
  const rows = linesOf(x!, -2, -1);
  const columns = linesOf(y!, -1, -2);
  return {
    fill: (result, xs, ys) => {
      const blocks = makeBlocks(rows, columns);
      forEachPoint(products, ([to, fromX, fromY]) => {
        multiply(result, to!, rows, xs!, fromX!, columns, ys!, fromY!, blocks);
      });
    },
  };
};

/** A matrix as lines along the axis that is summed: the rows of x, the columns of y. */
interface Lines {
  readonly count: number;
  readonly depth: number;
  readonly lineStep: number;
  readonly depthStep: number;
}

function linesOf({ shape, strides }: Layout, lineAxis: number, depthAxis: number): Lines {
  return {
    count: shape.at(lineAxis)!,
    depth: shape.at(depthAxis)!,
    lineStep: strides.at(lineAxis)!,
    depthStep: strides.at(depthAxis)!,
  };
}

/** What one run works in. */
interface Blocks {
  readonly rows: Float64Array;
  readonly columns: Float64Array;
  readonly sums: Float64Array;
}

function makeBlocks(rows: Lines, columns: Lines): Blocks {
  const sizes = blockSizes(rows.count, columns.count, rows.depth);
  return {
    rows: new Float64Array(sizes.rows),
    columns: new Float64Array(sizes.columns),
    sums: new Float64Array(sizes.sums),
  };
}

/** One product, block by block. */
function multiply(
  result: TypedArray,
  to: number,
  rows: Lines,
  xs: TypedArray,
  fromX: number,
  columns: Lines,
  ys: TypedArray,
  fromY: number,
  blocks: Blocks,
): void {
  for (let column = 0; column < columns.count; column += productBlock.columns) {
    const width = Math.min(productBlock.columns, columns.count - column);
    const sumsStep = wholeTiles(width);
    for (let row = 0; row < rows.count; row += productBlock.rows) {
      const height = Math.min(productBlock.rows, rows.count - row);
      blocks.sums.fill(0);
      for (let start = 0; start < rows.depth; start += productBlock.depth) {
        const depth = Math.min(productBlock.depth, rows.depth - start);
        pack(blocks.rows, xs, fromX + row * rows.lineStep + start * rows.depthStep, rows, height, depth);
        pack(blocks.columns, ys, fromY + column * columns.lineStep + start * columns.depthStep, columns, width, depth);
        addTiles(blocks.sums, blocks.rows, blocks.columns, height, width, depth);
      }
      for (let i = 0; i < height; i++) {
        const target = to + (row + i) * columns.count + column;
        for (let j = 0; j < width; j++) result[target + j] = blocks.sums[i * sumsStep + j]!;
      }
    }
  }
}

/**
 * Copies lines in groups of `tile`, side by side at each depth.
 * What a group that is not full holds beside its lines enters only sums that no one reads.
 */
function pack(block: Float64Array, data: TypedArray, from: number, lines: Lines, count: number, depth: number): void {
  const { lineStep, depthStep } = lines;
  for (let line = 0; line < count; line++) {
    const inGroup = line % tile;
    let to = (line - inGroup) * depth + inGroup;
    let at = from + line * lineStep;
    for (let index = 0; index < depth; index++) {
      block[to] = data[at]!;
      to += tile;
      at += depthStep;
    }
  }
}

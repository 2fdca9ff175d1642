/** How are the tiles of a product of matrices multiplied, once its panels are packed? */
import { productBlock, wholeTiles } from "@symloss/loops";

const { tile } = productBlock;

/** Adds the products of packed rows and packed columns to a block of sums, whose rows take whole tiles. */
export function addTiles(
  sums: Float64Array,
  rows: Float64Array,
  columns: Float64Array,
  height: number,
  width: number,
  depth: number,
): void {
  const step = wholeTiles(width);
  for (let column = 0; column < width; column += tile) {
    for (let row = 0; row < height; row += tile) {
      addTile(sums, row * step + column, step, rows, row * depth, columns, column * depth, depth);
    }
  }
}

/**
 * Adds the products of four rows and four columns to their sixteen sums, each in the order of depth, so that neither blocks nor the
 * rows beside it change a bit. Written out: no array is as fast as locals.
 */
function addTile(
  sums: Float64Array,
  to: number,
  sumsStep: number,
  rows: Float64Array,
  fromRows: number,
  columns: Float64Array,
  fromColumns: number,
  depth: number,
): void {
  let s00 = sums[to]!;
  let s01 = sums[to + 1]!;
  let s02 = sums[to + 2]!;
  let s03 = sums[to + 3]!;
  let s10 = sums[to + sumsStep]!;
  let s11 = sums[to + sumsStep + 1]!;
  let s12 = sums[to + sumsStep + 2]!;
  let s13 = sums[to + sumsStep + 3]!;
  let s20 = sums[to + 2 * sumsStep]!;
  let s21 = sums[to + 2 * sumsStep + 1]!;
  let s22 = sums[to + 2 * sumsStep + 2]!;
  let s23 = sums[to + 2 * sumsStep + 3]!;
  let s30 = sums[to + 3 * sumsStep]!;
  let s31 = sums[to + 3 * sumsStep + 1]!;
  let s32 = sums[to + 3 * sumsStep + 2]!;
  let s33 = sums[to + 3 * sumsStep + 3]!;
  let row = fromRows;
  let column = fromColumns;
  for (let index = 0; index < depth; index++) {
    const x0 = rows[row]!;
    const x1 = rows[row + 1]!;
    const x2 = rows[row + 2]!;
    const x3 = rows[row + 3]!;
    const y0 = columns[column]!;
    const y1 = columns[column + 1]!;
    const y2 = columns[column + 2]!;
    const y3 = columns[column + 3]!;
    s00 += x0 * y0;
    s01 += x0 * y1;
    s02 += x0 * y2;
    s03 += x0 * y3;
    s10 += x1 * y0;
    s11 += x1 * y1;
    s12 += x1 * y2;
    s13 += x1 * y3;
    s20 += x2 * y0;
    s21 += x2 * y1;
    s22 += x2 * y2;
    s23 += x2 * y3;
    s30 += x3 * y0;
    s31 += x3 * y1;
    s32 += x3 * y2;
    s33 += x3 * y3;
    row += tile;
    column += tile;
  }
  storeFour(sums, to, s00, s01, s02, s03);
  storeFour(sums, to + sumsStep, s10, s11, s12, s13);
  storeFour(sums, to + 2 * sumsStep, s20, s21, s22, s23);
  storeFour(sums, to + 3 * sumsStep, s30, s31, s32, s33);
}

function storeFour(sums: Float64Array, to: number, s0: number, s1: number, s2: number, s3: number): void {
  sums[to] = s0;
  sums[to + 1] = s1;
  sums[to + 2] = s2;
  sums[to + 3] = s3;
}

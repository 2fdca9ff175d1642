/** How are the elements of an array shown, however many there are? */
import { print } from "./describe.ts";
import type { DType, TypedArray } from "./dtype.ts";
import { deepest } from "./tree.ts";

/** Of how many elements all are shown, and how many at each end of an axis if there are more. */
const shown = { most: 1000, edge: 3 };

/** `[[1, 2, 3], [4, 5, 6]]`; of large arrays the ends of each axis, `[1, 2, 3, ..., 7, 8, 9]`. Never throws. */
export function formatElements(data: TypedArray, shape: readonly number[], dtype: DType): string {
  // Lists without elements count too.
  const isLong = shape.reduce((count, length) => count * Math.max(1, length), 1) > shown.most;
  let left = shown.most;
  const format = (axis: number, offset: number, stride: number): string => {
    const length = shape[axis];
    if (length === undefined || length === 0) left--;
    if (length === undefined) return formatElement(data[offset]!, dtype);
    if (axis === deepest) return "...";
    const step = length === 0 ? 0 : stride / length;
    const skipsFrom = isLong && length > 2 * shown.edge ? shown.edge : length;
    const items: string[] = [];
    for (let index = 0; index < length; index++) {
      // Of many axes, even the ends are many.
      const isRest = index === skipsFrom || left <= 0;
      items.push(isRest ? "..." : format(axis + 1, offset + index * step, step));
      if (left <= 0) break;
      if (isRest) index = length - shown.edge - 1;
    }
    return `[${items.join(", ")}]`;
  };
  return format(0, 0, data.length);
}

function formatElement(value: number, dtype: DType): string {
  if (dtype === "bool") return String(value !== 0);
  return print(dtype === "float32" ? shortest(value) : value);
}

/** The number with the fewest digits that float32 rounds to this one. */
function shortest(value: number): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  let digits = 1;
  while (Math.fround(Number(value.toPrecision(digits))) !== value) digits++;
  return Number(value.toPrecision(digits));
}

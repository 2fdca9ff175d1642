/** Where do the elements of a value lie in its typed array, and how are several values walked together? */
import { type TypedArray, dropAxes, stridesOf } from "@symloss/core/engine";

/** Element `[i, j]` lies at `offset + i strides[0] + j strides[1]`; a stride of 0 repeats. */
export interface Layout {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** The layout of a value that has its typed array to itself. */
export function rowMajor(shape: readonly number[]): Layout {
  return { shape, strides: stridesOf(shape), offset: 0 };
}

/** Whether the elements are contiguous in row-major order, wherever they begin. */
export function isContiguous({ shape, strides }: Layout): boolean {
  const expected = stridesOf(shape);
  return shape.includes(0) || shape.every((length, axis) => length === 1 || strides[axis] === expected[axis]);
}

/** Only these axes, in this order. */
export function pickAxes({ shape, strides, offset }: Layout, axes: readonly number[]): Layout {
  return { shape: axes.map((axis) => shape[axis]!), strides: axes.map((axis) => strides[axis]!), offset };
}

/** All axes but these. */
export function withoutAxes(layout: Layout, axes: readonly number[]): Layout {
  return pickAxes(layout, dropAxes([...layout.shape.keys()], axes) as number[]);
}

/** The part of this shape that begins at these indices. */
export function part({ strides, offset }: Layout, starts: readonly number[], shape: readonly number[]): Layout {
  return { shape, strides, offset: starts.reduce((sum, start, axis) => sum + start * strides[axis]!, offset) };
}

/** Nested loops over the points of one shape, with the position of each point in several arrays. */
export interface Nest {
  /** The length of each loop, the outermost first. */
  readonly lengths: readonly number[];
  /** The step of each loop in each array. */
  readonly steps: readonly (readonly number[])[];
  /** The position of the first point in each array. */
  readonly starts: readonly number[];
}

/** The loops over layouts of one shape; axes that are contiguous in every array are merged into one loop. */
export function nest(layouts: readonly Layout[]): Nest {
  const lengths: number[] = [];
  const steps: number[][] = layouts.map(() => []);
  for (const [axis, length] of layouts[0]!.shape.entries()) {
    if (length === 1) continue;
    const outer = lengths.length - 1;
    const even = outer >= 0 && layouts.every(({ strides }, array) => steps[array]![outer] === strides[axis]! * length);
    if (even) lengths[outer]! *= length;
    else lengths.push(length);
    for (const [array, { strides }] of layouts.entries()) steps[array]![lengths.length - 1] = strides[axis]!;
  }
  return { lengths, steps, starts: layouts.map(({ offset }) => offset) };
}

/** The outer loops, and the innermost as a row: its length, and its step in each array. */
export function splitRows({ lengths, steps, starts }: Nest): { rows: Nest; length: number; step: readonly number[] } {
  return {
    rows: { lengths: lengths.slice(0, -1), steps: steps.map((list) => list.slice(0, -1)), starts },
    length: lengths.at(-1) ?? 1,
    step: steps.map((list) => list.at(-1) ?? 0),
  };
}

/** Calls `visit` at every point, in row-major order, with its position in each array. The list of positions is reused. */
export function forEachPoint({ lengths, steps, starts }: Nest, visit: (places: readonly number[]) => void): void {
  const points = lengths.reduce((left, right) => left * right, 1);
  const places = [...starts];
  const turns = lengths.map(() => 0);
  for (let point = 0; point < points; point++) {
    visit(places);
    for (let loop = lengths.length - 1; loop >= 0; loop--) {
      const length = lengths[loop]!;
      const last = ++turns[loop]! === length;
      for (let array = 0; array < places.length; array++) {
        const step = steps[array]![loop]!;
        places[array]! += last ? step - length * step : step;
      }
      if (!last) break;
      turns[loop] = 0;
    }
  }
}

/** A loop that copies elements from one layout to another. */
export function copier(target: Layout, source: Layout): (result: TypedArray, x: TypedArray) => void {
  const { rows, length, step } = splitRows(nest([target, source]));
  const [targetStep, sourceStep] = step as [number, number];
  return (result, x) =>
    forEachPoint(rows, ([to, from]) => {
      let target = to!;
      let source = from!;
      for (let count = 0; count < length; count++) {
        result[target] = x[source]!;
        target += targetStep;
        source += sourceStep;
      }
    });
}

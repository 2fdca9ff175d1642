/** Which shapes are the same, and to which shape do several broadcast? */
import { print } from "./describe.ts";
import { ShapeError } from "./errors.ts";
import type { Dimension, Shape } from "./shape.ts";
import { checkShape } from "./type-check.ts";

/** The shape that all of these broadcast to by NumPy's rules; undefined if they don't. */
export function broadcastShapes(...shapes: readonly Shape[]): Shape | undefined {
  for (const shape of shapes) checkShape("broadcastShapes", shape);
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result: Dimension[] = [];
  for (let axis = 0; axis < rank; axis++) {
    let common: Dimension = 1;
    for (const shape of shapes) {
      const dimension = shape[axis - rank + shape.length] ?? 1;
      if (dimension === 1 || dimension === common) continue;
      if (common !== 1) return undefined;
      common = dimension;
    }
    result.push(common);
  }
  return result;
}

/** Whether two shapes are the same. */
export function sameShape(left: Shape, right: Shape): boolean {
  if (!Array.isArray(left) || !Array.isArray(right)) {
    throw new ShapeError(`sameShape: both must be lists of lengths, got ${print(left)} and ${print(right)}.`);
  }
  if (left.length !== right.length) return false;
  for (let axis = 0; axis < left.length; axis++) if (left[axis] !== right[axis]) return false;
  return true;
}

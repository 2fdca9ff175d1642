/** At which angle does a point lie? */
import { customGradient, stopGradient } from "./annotation.ts";
import { abs, add, atan, div, equal, less, logicalOr, maximum, minimum, mul, neg, sub, where } from "./elementwise.ts";
import type { Tensor, TensorLike } from "./tensor.ts";
import { asTensors, broadcastTogether, toFloat } from "./operand.ts";

/**
 * The angle from -pi to pi of the point (x, y), seen from the origin and counted from the x axis; 0 at the origin, where its derivatives
 * count as 0. If y is 0 and x negative it is pi, whatever the sign of the 0.
 * @example await evaluate(atan2([1, 1, 0, -1], [0, 1, -1, 1]), { engine }) // [1.570796, 0.785398, 3.141593, -0.785398]
 */
export function atan2(y: TensorLike, x: TensorLike): Tensor {
  const operands = asTensors("atan2", { y, x }).map(toFloat);
  const [height, width] = broadcastTogether("atan2", ["y", "x"], operands) as [Tensor, Tensor];
  return angleOf(height, width);
}

const angleOf = customGradient((y: Tensor, x: Tensor) => ({
  value: turned(y, x),
  gradient: (g) => slopes(y, x).map((slope) => mul(g, slope)),
}));

/** The angle within an eighth of the circle, mirrored into its place. */
function turned(y: Tensor, x: Tensor): Tensor {
  const [height, width] = [abs(y), abs(x)];
  const larger = maximum(height, width);
  const ratio = where(equal(height, width), 1, div(minimum(height, width), larger));
  const eighth = atan(where(equal(larger, 0), 0, ratio));
  const quarter = where(less(width, height), sub(Math.PI / 2, eighth), eighth);
  const half = where(less(x, 0), sub(Math.PI, quarter), quarter);
  return where(less(y, 0), neg(half), half);
}

/** x / (x^2 + y^2) and -y / (x^2 + y^2), without overflow or underflow of the squares; 0 at the origin and infinitely far from it. */
function slopes(y: Tensor, x: Tensor): readonly [Tensor, Tensor] {
  const larger = stopGradient(maximum(abs(x), abs(y)));
  const apart = logicalOr(equal(larger, 0), equal(larger, Infinity));
  const [height, width, scale] = [y, x, larger].map((part) => where(apart, 1, part)) as [Tensor, Tensor, Tensor];
  const [high, wide] = [div(height, scale), div(width, scale)];
  const size = mul(add(mul(high, high), mul(wide, wide)), scale);
  return [where(apart, 0, div(wide, size)), where(apart, 0, neg(div(high, size)))];
}

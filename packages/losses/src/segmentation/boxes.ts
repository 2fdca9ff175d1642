/** How do two boxes lie, given by their corners x1, y1, x2, y2? */
import { type Tensor, atan2, maximum, minimum, sub, where } from "@symloss/core";

/** A box by its corners, each [..]. */
export interface Box {
  readonly left: Tensor;
  readonly top: Tensor;
  readonly right: Tensor;
  readonly bottom: Tensor;
}

/** The corners of boxes [.., 4]. */
export function boxOf(corners: Tensor): Box {
  const [left, top, right, bottom] = [0, 1, 2, 3].map((index) =>
    corners
      .slice(
        [...corners.shape.slice(1).map(() => 0), index],
        [...corners.shape.slice(1).map(() => undefined), index + 1],
      )
      .squeeze(-1),
  ) as [Tensor, Tensor, Tensor, Tensor];
  return { left, top, right, bottom };
}

/** How wide a box is; an inverted one has no width, and no gradient through it. */
function widthOf({ left, right }: Box): Tensor {
  return right.sub(left).relu();
}

/** How high a box is. */
function heightOf({ top, bottom }: Box): Tensor {
  return bottom.sub(top).relu();
}

/** What both boxes cover. */
function intersectionOf(a: Box, b: Box): Box {
  return {
    left: maximum(a.left, b.left),
    top: maximum(a.top, b.top),
    right: minimum(a.right, b.right),
    bottom: minimum(a.bottom, b.bottom),
  };
}

/** The smallest box that holds both. */
export function hullOf(a: Box, b: Box): Box {
  return {
    left: minimum(a.left, b.left),
    top: minimum(a.top, b.top),
    right: maximum(a.right, b.right),
    bottom: maximum(a.bottom, b.bottom),
  };
}

/** Width times height. */
export function areaOf(box: Box): Tensor {
  return widthOf(box).mul(heightOf(box));
}

/** The areas of the intersection and of the union of two boxes. */
export function overlapOfBoxes(a: Box, b: Box): { readonly intersection: Tensor; readonly union: Tensor } {
  const intersection = areaOf(intersectionOf(a, b));
  return { intersection, union: areaOf(a).add(areaOf(b)).sub(intersection) };
}

/** part / (whole + epsilon), and 0 without a gradient where that would divide by 0. */
export function quotientOf(part: Tensor, whole: Tensor, epsilon: number): Tensor {
  const divisor = whole.add(epsilon);
  const isZero = divisor.equal(0);
  return where(isZero, 0, part.div(where(isZero, 1, divisor)));
}

/** The intersection over union of two boxes. */
export function iouOf(a: Box, b: Box, epsilon: number): Tensor {
  const { intersection, union } = overlapOfBoxes(a, b);
  return quotientOf(intersection, union, epsilon);
}

/** 1 less the intersection over union, and the squared distance of the centres in diagonals of the hull. */
export function distanceLoss(a: Box, b: Box, epsilon: number): { readonly loss: Tensor; readonly iou: Tensor } {
  const iou = iouOf(a, b, epsilon);
  const hull = hullOf(a, b);
  const diagonal = widthOf(hull).square().add(heightOf(hull).square());
  const across = a.left.add(a.right).sub(b.left).sub(b.right).square();
  const down = a.top.add(a.bottom).sub(b.top).sub(b.bottom).square();
  return { loss: sub(1, iou).add(quotientOf(across.add(down).mul(0.25), diagonal, epsilon)), iou };
}

/** The angle of a box's diagonal from its height: pi / 2 of one without height, and 0 without a gradient of a point. */
export function angleOf(box: Box): Tensor {
  return atan2(widthOf(box), heightOf(box));
}

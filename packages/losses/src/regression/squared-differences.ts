/** How far apart are two tensors, squared? */
import type { TensorLike } from "@symloss/core";
import { type Loss, type NoOptions, defineLoss } from "../definition.ts";

/** The arguments of `squaredDifferences` by name. */
export interface SquaredDifferencesArguments {
  /** [..] */
  readonly x: TensorLike;
  /** [..] */
  readonly y: TensorLike;
}

/**
 * (x - y)^2, element by element; x [..] and y [..] broadcast, the result has their shape.
 *
 * In squared units of x and y, from 0. Its mean is the mean squared error.
 * Throws `ShapeError` for shapes that do not broadcast.
 *
 * Source: C. F. Gauss, Theoria combinationis observationum erroribus minimis obnoxiae (1823).
 * SymJAX: the same.
 * @example await evaluate(squaredDifferences([1, 2], [3, 2]), { engine }) // [4, 0]
 */
export const squaredDifferences: Loss<[x: TensorLike, y: TensorLike], SquaredDifferencesArguments, NoOptions> =
  /* @__PURE__ */ defineLoss(
    {
      name: "squaredDifferences",
      arguments: { x: "[..]", y: "[..]" },
      broadcasts: true,
      options: {},
      results: { loss: "[..]" },
    },
    ({ x, y }) => x.sub(y).square(),
  );

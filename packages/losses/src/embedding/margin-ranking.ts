/** Which loss asks that the one of two scores that should be the larger is so by a margin? */
import type { Tensor } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";

const declaration = {
  name: "marginRanking",
  arguments: {
    /** [..] scores. */
    x: "[..]",
    /** [..] what they are compared with. */
    y: "[..]",
    /** [..] 1 if x should be the larger, -1 if y should. */
    targets: { shape: "[..]", elements: "sign" },
  },
  broadcasts: "oneSided",
  options: {
    /** By how much it should be the larger; a tensor has a gradient. Default 0. */
    margin: { kind: "tensor", shape: "[..]", default: 0 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The margin ranking loss of scores x [..] and y [..], of which targets [..] tell the larger; the result is [..].
 *
 * In units of the scores, from 0; at the margin its gradient is 0, also where x equals y with a margin of 0.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if targets from the host are neither -1 nor 1.
 *
 * @formula \max(m - t (x - y), 0)
 * @source R. Herbrich, T. Graepel, K. Obermayer, Large margin rank boundaries for ordinal regression (2000).
 * @peers PyTorch `MarginRankingLoss` and MLX `margin_ranking_loss` have the same values.
 * @example await evaluate(marginRanking([3, 1], [1, 3], [1, 1], { margin: 1 }), { engine }) // [0, 3]
 */
export const marginRanking: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(x: Tensor, y: Tensor, targets: Tensor, { margin }: OptionsFor<typeof declaration>): Tensor {
  return margin.sub(targets.mul(x.sub(y))).relu();
}

/** How often are two predictions in the order of their targets? */
import { type Tensor, sqrt } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { unlessNaN } from "./nan.ts";
import { quotient } from "./quotient.ts";

const declaration = {
  name: "kendallTau",
  arguments: {
    /** [.., batch] what should have been predicted. */
    targets: "[.., batch]",
    /** [.., batch] what was predicted. */
    predictions: "[.., batch]",
  },
  differentiable: false,
  options: {
    /** What it is where targets or predictions are all equal. Default NaN. */
    whenUndefined: { kind: "number", default: Number.NaN as number },
  },
  results: { loss: "[..]" },
} as const;

/**
 * Of all pairs in a batch how many are in the same order by targets [.., batch] as by predictions [.., batch], less those in the opposite
 * order, over those that could be: tau-b [..].
 *
 * The correlation of the orders of pairs, of which one of equals is 0. From -1 to 1, to be maximised. NaN if a target or a prediction is. Every
 * pair is compared: the time grows with the square of the batch. It has no gradient.
 * Throws `ShapeError` if the shapes differ.
 *
 * @formula \frac{\sum_{ij} \operatorname{sgn}(y_i - y_j) \operatorname{sgn}(\hat y_i - \hat y_j)}
 *   {\sqrt{\sum_{ij} \operatorname{sgn}(y_i - y_j)^2 \sum_{ij} \operatorname{sgn}(\hat y_i - \hat y_j)^2}}
 * @source M. G. Kendall, The treatment of ties in ranking problems, Biometrika 33 (1945).
 * @peers `kendalltau` of SciPy, and `kendall_rank_corrcoef` of torchmetrics, which has variants a and c too.
 * @example await evaluate(kendallTau([1, 2, 3, 4], [1, 10, 100, 99]), { engine }) // 0.6666667
 */
export const kendallTau: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(targets: Tensor, predictions: Tensor, { whenUndefined }: OptionsFor<typeof declaration>): Tensor {
  const [left, right] = [targets, predictions].map(ordersOf) as [Tensor, Tensor];
  const sizes = [left, right].map((orders) => sqrt(totalOf(orders.mul(orders)))) as [Tensor, Tensor];
  const tau = quotient(totalOf(left.mul(right)), sizes[0].mul(sizes[1]), whenUndefined);
  return unlessNaN(targets, unlessNaN(predictions, tau));
}

/** [.., batch, batch] 1 where the first of a pair is larger, -1 where the second is, else 0. Infinities can't be subtracted. */
function ordersOf(x: Tensor): Tensor {
  const [first, second] = [x.expandDims(-1), x.expandDims(-2)];
  return first.greater(second).cast("int32").sub(first.less(second).cast("int32"));
}

/** Rows are summed as integers, which are exact, and their sums as floats, which may be larger. */
function totalOf(pairs: Tensor): Tensor {
  return pairs.sum(-1).cast("float32").sum(-1);
}

/** Which loss is the improbability of the right order of a list, if its items are drawn one after the other? */
import {
  type Dimension,
  type Tensor,
  broadcastTo,
  broadcastTogether,
  logicalAnd,
  logicalOr,
  sub,
  where,
} from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { diagonalOf, positionsAlong } from "../length.ts";

const declaration = {
  name: "listMle",
  arguments: {
    /** [.., items] how relevant each item is. */
    labels: { shape: "[.., items]", differentiable: false },
    /** [.., items] the predicted scores. */
    scores: "[.., items]",
  },
  broadcasts: "oneSided",
  options: {
    /** [.., items] which items there are: booleans, or numbers other than 0. By default all. */
    mask: { kind: "mask", shape: "[.., items]" },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The negative log likelihood of the order that labels [.., items] give a list, under scores [.., items]; the result is [..].
 *
 * In nats, from 0. Of equal labels the one with the smaller index comes first. A masked item has no influence, whatever it holds; an empty
 * list is 0. Its work grows with the square of the items.
 * Throws `ShapeError` if the shapes do not fit.
 *
 * @formula \sum_i \log \sum_{j \text{ not before } i} e^{s_j} - s_i
 * @source F. Xia, T.-Y. Liu, J. Wang, W. Zhang, H. Li, Listwise approach to learning to rank, ICML (2008).
 * @peers Rax `listmle_loss` breaks ties at random if it is given a key; keras_rs `ListMLELoss` and allRank are the mean over items.
 * @example await evaluate(listMle([2, 1], [0, 0]), { engine }) // 0.6931472
 */
export const listMle: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(labels: Tensor, scores: Tensor, { mask }: OptionsFor<typeof declaration>): Tensor {
  const names = ["labels", "scores"];
  const [relevance, score] = broadcastTogether(declaration.name, names, [labels, scores]) as [Tensor, Tensor];
  const items = score.shape.at(-1)!;
  const kept = mask ?? broadcastTo(true, score.shape);
  const remaining = logicalAnd(isNotBefore(relevance, items), kept.expandDims(-2));
  const candidates = where(remaining, score.expandDims(-2), -Infinity);
  const isDrawn = logicalAnd(diagonalOf(items), kept.expandDims(-1));
  return sub(0, where(isDrawn, candidates.logSoftmax(), 0).sum([-1, -2]));
}

/** Whether item j [.., items, j] is not drawn before item i [.., i, items]. */
function isNotBefore(relevance: Tensor, items: Dimension): Tensor {
  const [first, second] = [relevance.expandDims(-1), relevance.expandDims(-2)];
  const place = positionsAlong(items);
  const isLater = place.expandDims(0).greaterEqual(place.expandDims(1));
  return logicalOr(second.less(first), logicalAnd(second.equal(first), isLater));
}

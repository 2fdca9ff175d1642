/** Among how many equally likely tokens would a model be as unsure? */
import { type Tensor, logicalAnd, notEqual, sub, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { categoricalLogProbability } from "../distribution/categorical.ts";

const declaration = {
  name: "perplexity",
  arguments: {
    /** [..] the index of each token, counted from 0. */
    labels: { shape: "[..]", elements: "classIndex", except: "ignoreIndex" },
    /** [.., classes] unnormalised log probabilities. */
    logits: "[.., classes]",
  },
  options: {
    /** The label of tokens that do not count. By default all count. */
    ignoreIndex: { kind: "int" },
    /** [..] which tokens count: booleans, or numbers other than 0. By default all. */
    mask: { kind: "mask", shape: "[..]" },
  },
  results: { loss: "[]" },
} as const;

/**
 * The perplexity of the tokens labels [..] under softmax(logits [.., classes]); a scalar.
 *
 * From 1; Infinity beyond 88 nats a token in float32. A token that does not count has no influence, whatever its logits hold; NaN if none
 * counts.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if labels from the host are neither ignored nor integers from 0 to
 * classes - 1.
 *
 * @formula \exp \left(-\frac{1}{n} \sum_i \log \mathrm{softmax}(x_i)_{y_i}\right)
 * @source F. Jelinek, R. L. Mercer, L. R. Bahl, J. K. Baker, Perplexity: a measure of the difficulty of speech recognition tasks (1977).
 * @peers torchmetrics `perplexity` takes the logarithm of a softmax, and so is Infinity as soon as a probability underflows; Hugging Face
 *   `evaluate` averages over texts.
 * @example await evaluate(perplexity([0, 1], [[0, 0], [0, 0]]), { engine }) // 2
 */
export const perplexity: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(labels: Tensor, logits: Tensor, { ignoreIndex, mask }: OptionsFor<typeof declaration>): Tensor {
  const isToken = ignoreIndex === undefined ? labels.equal(labels) : notEqual(labels, ignoreIndex);
  const counts = mask === undefined ? isToken : logicalAnd(isToken, mask);
  const known = where(counts, labels, 0);
  const nats = sub(0, categoricalLogProbability(known, where(counts.expandDims(-1), logits, 0)));
  return where(counts, nats, 0).sum().div(counts.sum()).exp();
}

/** What are the losses of Flux here? */
import type { Peer } from "./peer.ts";

export const flux: Peer = {
  name: "Flux",
  modules: "`Flux.Losses`",
  version: "0.16",
  conventions:
    "Predictions come first there, targets here. Classes are on the first axis there (`dims = 1`), on the last here. Results are averaged by `agg = mean`; here they are unreduced.",
  functions: {
    mse: { ours: "squaredDifferences(y, y_pred).mean()" },
    mae: { ours: "absoluteDifferences(y, y_pred).mean()" },
    msle: {
      ours: "square(sub(log(y_pred), log(y))).mean()",
      differences: "Without the 1 that `squaredLogDifferences` adds; `eps` is inside the quotient there.",
    },
    huber_loss: { ours: "huber(y, y_pred, { delta }).mean()" },
    label_smoothing: {
      ours: "smoothLabels(y, alpha)",
      differences: "`dims = 0` smooths towards 1/2: the option `labelSmoothing` of binary losses.",
    },
    crossentropy: {
      ours: "categoricalCrossentropy(y, y_pred).mean()",
      differences: "There `eps` is added to probabilities, here they are clipped at `epsilon`.",
    },
    logitcrossentropy: { ours: "softmaxCrossentropyLogits(y, y_pred).mean()" },
    binarycrossentropy: {
      ours: "binaryCrossentropy(y, y_pred).mean()",
      differences: "There `eps` is added to probabilities, here they are clipped at `epsilon`.",
    },
    logitbinarycrossentropy: { ours: "sigmoidCrossentropyLogits(y, y_pred).mean()" },
    kldivergence: {
      ours: "klDivergenceProbabilities(y, y_pred).mean()",
      differences: "`eps` is added there.",
    },
    poisson_loss: { ours: "poissonNll(y, y_pred).mean()" },
    hinge_loss: { ours: "hingeLoss(y_pred, y).mean()" },
    squared_hinge_loss: { ours: "squaredHinge(y_pred, y).mean()" },
    dice_coeff_loss: {
      ours: "diceLoss(y, y_pred, { smooth, squared: true })",
      differences: "Over the whole array there, here for each class of each sample.",
    },
    tversky_loss: {
      ours: "tverskyLoss(y, y_pred, { falsePositiveWeight: beta, falseNegativeWeight: 1 - beta })",
      differences: "Over the whole array there.",
    },
    ctc_loss: { ours: "ctc(y, y_pred)", differences: "The blank is the last class there: `blank`." },
    binary_focal_loss: {
      ours: "sigmoidFocalCrossentropyLogits(y, logits, { gamma }).mean()",
      differences: "Probabilities there, with `eps` added; logits here.",
    },
    focal_loss: {
      ours: "softmaxFocalCrossentropyLogits(y, logits, { gamma }).mean()",
      differences: "Probabilities there, with `eps` added; logits here.",
    },
    siamese_contrastive_loss: {
      ours: "contrastiveLoss(sub(1, y), y_pred, { margin }).mean()",
      differences: "There 1 means that the two differ, here that they are the same.",
    },
  },
};

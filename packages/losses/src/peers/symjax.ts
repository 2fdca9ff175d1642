/** What are the losses of SymJAX here? Those from which this library began. */
import type { Peer } from "./peer.ts";

export const symjax: Peer = {
  name: "SymJAX",
  modules: "`symjax.nn.losses`",
  version: "0.5",
  conventions:
    "Arguments are in the order that they have there. Results are unreduced, as there. A label out of range, a variance that is not above 0 and arrays whose shapes do not fit are errors here.",
  functions: {
    huber: {
      ours: "huber(targets, predictions, { delta })",
      differences: "An error too large to be squared gives no NaN in the gradient. A column beside a row is refused.",
    },
    explained_variance: { ours: "explainedVariance(y, ypred, { axis, epsilon })" },
    vae: {
      ours: "vae(x, x_hat, q_mean, q_cov, { zMean: z_mean, zVariance: z_cov, xVariance: x_cov })",
      differences:
        'By default the divergence is that of the prior from the posterior, as there; `formula: "corrected"` gives the other, which alone is a bound. The text calls `q_cov` log variances; the code takes variances, and so does this. Nothing is added within the divergence, 1e-8 there.',
    },
    vae_gmm: {
      ours: "vaeGmm(x, x_hat, z_mu, z_logvar, mu, logvar, logpi, { logVarianceX: logvar_x })",
      differences:
        'A record of loss, expectedLogLikelihood and responsibilities, a tuple there. By default `logpi` counts once for each dimension in the responsibilities, as there; `formula: "corrected"` counts it once. No `eps`, which is not used there.',
    },
    vae_comp_gmm: {
      ours: "vaeCompGmm(x, x_hat, z_mu, z_logvar, mu, logvar, logpi)",
      differences:
        'By default the squared error of the reconstruction is subtracted, as there, so that the loss has no lower bound; `formula: "corrected"` is the one to train with, and takes `logVarianceX`, which is not used there. No `eps`, which is not used there.',
    },
    FGMM_VAE: {
      ours: "fgmmVae(x, x_rec, x_logvar, z_logvar, q_mu, q_logvar, mu, q_loggamma, q_logeta, logpi, logpia, { mode, epsilon: eps })",
      differences:
        'By default two factors meet in a product of two sums, as there; `formula: "corrected"` has the inner product that the expectation demands. A probability of 0 contributes nothing, NaN there.',
    },
    sparse_softmax_crossentropy_logits: {
      ours: "sparseSoftmaxCrossentropyLogits(p, q)",
      differences:
        "Any leading axes, two axes alone there. The text counts classes from 1, the code from 0, and so does this.",
    },
    softmax_crossentropy_logits: {
      ours: "softmaxCrossentropyLogits(p, q)",
      differences: "A label of 0 at a logit of -Infinity contributes nothing, NaN there.",
    },
    sparse_sigmoid_crossentropy_logits: {
      ours: "sigmoidCrossentropyLogits(labels, logits)",
      differences:
        "`sparseSigmoidCrossentropyLogits` is another name of it; the labels are not sparse. Losses near 0 keep their digits.",
    },
    hinge_loss: {
      ours: "hingeLoss(predictions, targets, { delta })",
      differences: "At the margin the gradient is 0, half of the slope there. Targets are checked to be -1 or 1.",
    },
    multiclass_hinge_loss: {
      ours: "multiclassHingeLoss(predictions, targets, { delta })",
      differences: "What the text there says; the code there calls functions that do not exist.",
    },
    squared_differences: { ours: "squaredDifferences(x, y)" },
    accuracy: {
      ours: "accuracy(targets, predictions)",
      differences: "Predictions of classes that are no whole numbers are refused: each would count as wrong.",
    },
    clustering_accuracy: {
      ours: "clusteringAccuracy(labels, predictions, n_clusters)",
      differences: "A label or cluster from `n_clusters` up is an error; there it never counts.",
    },
  },
};

/** What are the functions of other libraries here? The data of docs/from-other-libraries.md, in an entry of its own: no loss needs it. */
import { flux } from "./flux.ts";
import { keras } from "./keras.ts";
import { optax } from "./optax.ts";
import type { Peer } from "./peer.ts";
import { pytorch } from "./pytorch.ts";
import { scikitLearn } from "./scikit-learn.ts";
import { symjax } from "./symjax.ts";
import { tensorflow } from "./tensorflow.ts";
import { torchmetrics } from "./torchmetrics.ts";

export type { Absence, Counterpart, Peer, PeerFunction } from "./peer.ts";

/** The other libraries. */
export const peers: readonly Peer[] = [pytorch, keras, tensorflow, optax, torchmetrics, scikitLearn, flux, symjax];

/** Functions here that none of these libraries has, with where they come from. */
export const withoutPeer: Readonly<Record<string, string>> = {
  epsilonInsensitive: "the loss of scikit-learn's `SVR` and `SGDRegressor`",
  gaussianNllLog: "`gaussianNll` of log variances",
  klDivergenceLogits: "the divergence of logits",
  laplaceNll: "minus `log_prob` of `torch.distributions.Laplace`",
  studentTNll: "minus `log_prob` of `torch.distributions.StudentT`",
  negativeBinomialNll: "minus `log_prob` of `torch.distributions.NegativeBinomial`, by mean and dispersion",
  focalTversky: "Abraham and Khan 2019; in segmentation_models_pytorch",
  jaccardLoss: "`DiceLoss(jaccard=True)` of MONAI",
  tripletHard: "`TripletHardLoss` of TensorFlow Addons",
  tripletSemiHard: "`TripletSemiHardLoss` of TensorFlow Addons",
  infoNce: "`MultipleNegativesRankingLoss` of sentence-transformers, `ClipLoss` of open_clip",
  supervisedContrastive: "`SupConLoss` of pytorch-metric-learning",
  siglipLoss: "`SigLipLoss` of open_clip",
  vicReg: "`VICRegLoss` of pytorch-metric-learning and lightly",
  barlowTwins: "`BarlowTwinsLoss` of lightly",
  pairwiseLogistic: "`pairwise_logistic_loss` of Rax",
  pairwiseHinge: "`pairwise_hinge_loss` of Rax",
  listMle: "`listmle_loss` of Rax",
  approxNdcg: "`approx_t12n(ndcg_metric)` of Rax",
  zLoss: "in T5X and PaLM",
  ppoClip: "PPO in TRL, `clipped_surrogate_pg_loss` of rlax",
  dpo: "`DPOTrainer` of TRL",
  grpo: "`GRPOTrainer` of TRL",
  groupAdvantages: "in `GRPOTrainer` of TRL",
  distillation: "Hinton et al. 2015",
};

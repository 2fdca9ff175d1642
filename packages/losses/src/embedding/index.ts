/** Losses of how far embeddings are apart. */
export { barlowTwins } from "./barlow-twins.ts";
export { circleLoss } from "./circle-loss.ts";
export { contrastiveLoss } from "./contrastive-loss.ts";
export { cosineEmbedding } from "./cosine-embedding.ts";
export { hingeEmbedding } from "./hinge-embedding.ts";
export { infoNce } from "./info-nce.ts";
export { marginRanking } from "./margin-ranking.ts";
export { ntXent } from "./nt-xent.ts";
export { siglipLoss } from "./siglip-loss.ts";
export { supervisedContrastive } from "./supervised-contrastive.ts";
export { tripletFromDistances } from "./triplet-from-distances.ts";
export { tripletHard } from "./triplet-hard.ts";
export { tripletMargin } from "./triplet-margin.ts";
export { tripletSemiHard } from "./triplet-semi-hard.ts";
export { vicReg } from "./vic-reg.ts";

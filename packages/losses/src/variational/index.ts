/** The losses of variational auto-encoders. */
export { vae } from "./vae.ts";
export { type VaeGmmResult, vaeGmm } from "./vae-gmm.ts";
export { vaeCompGmm } from "./vae-comp-gmm.ts";
export { fgmmVae } from "./fgmm-vae.ts";

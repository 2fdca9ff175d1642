/** Which figures are worth a look? Each is an address. */

/** A figure with a name. */
export interface Preset {
  readonly title: string;
  /** What stands in the address. */
  readonly parameters: string;
}

/** Every preset; the first two are the figures of SymJAX's documentation. */
export const presets: readonly Preset[] = [
  { title: "Huber at three deltas, beside x²", parameters: "loss=huber&delta=0.5,1,2&beside=square" },
  { title: "Hinge at two deltas, beside the 0-1 loss", parameters: "loss=hingeLoss&delta=1,0.2&beside=zeroOne" },
  { title: "Cross entropy over three classes", parameters: "loss=softmaxCrossentropyLogits&figure=simplex" },
  { title: "Focal loss at four gammas", parameters: "loss=sigmoidFocalCrossentropyLogits&gamma=0,1,2,5&from=-6&to=6" },
  { title: "Quantiles by the pinball loss", parameters: "loss=pinball&quantile=0.1,0.5,0.9" },
  { title: "Cosine distance over two elements", parameters: "loss=cosineDistance&figure=surface" },
  { title: "Two engines, in units in the last place", parameters: "loss=logCosh&engine=wasm&against=interpreter" },
];

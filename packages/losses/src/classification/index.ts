/** The losses of classes. */
export { softmaxCrossentropyLogits } from "./softmax-crossentropy.ts";
export { sparseSoftmaxCrossentropyLogits } from "./sparse-softmax-crossentropy.ts";
export { sparseSigmoidCrossentropyLogits } from "./sigmoid-crossentropy.ts";
export { hingeLoss } from "./hinge.ts";
export { multiclassHingeLoss } from "./multiclass-hinge.ts";
export { accuracy } from "./accuracy.ts";

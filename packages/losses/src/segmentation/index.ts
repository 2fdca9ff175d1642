/** Losses and scores of regions: of the classes of an image's positions, and of boxes. */
export { boxIou } from "./box-iou.ts";
export { ciouLoss } from "./ciou-loss.ts";
export { diceLoss } from "./dice-loss.ts";
export { diouLoss } from "./diou-loss.ts";
export { focalTversky } from "./focal-tversky.ts";
export { generalizedDice } from "./generalized-dice.ts";
export { giouLoss } from "./giou-loss.ts";
export { jaccardLoss } from "./jaccard-loss.ts";
export { tverskyLoss } from "./tversky-loss.ts";

/** Which losses of the catalogue are measured against loops by hand, of those that the seed has not? */
import { sum } from "@symloss/core";
import { diceLoss, ntXent, reduce, softmaxFocalCrossentropyLogits, tripletMargin } from "@symloss/losses";
import * as hand from "../contenders/hand-written-losses.ts";
import { softmaxFocalGradient } from "../contenders/hand-written.ts";
import { type Definition, classification, flat, table, withGradients } from "./definition.ts";

const temperature = 0.5;

/** F1 with a focal weight, M1 and M2 of embeddings, and R1 of regions, by name. */
export const lossDefinitions: Readonly<Record<string, Definition>> = {
  F1: {
    title: "mean softmax focal cross entropy and gradient",
    rows: 4096,
    rowElements: 1000,
    make: (rows, numbers) => {
      const { classes, logits } = classification(rows, 1000, numbers);
      return {
        inputs: [flat(classes), table(logits, rows)],
        compute: withGradients((labels, logits) => reduce(softmaxFocalCrossentropyLogits(labels!, logits!)), 1),
        byHand: ([value, gradient]) => (value![0] = softmaxFocalGradient(logits, classes, gradient!)),
      };
    },
  },
  M1: {
    title: "mean triplet loss and gradients, 128 dimensions",
    rows: 8192,
    rowElements: 128,
    make: (rows, { floats, normal }) => {
      const anchors = floats(rows * 128, normal);
      const near = (distance: number) => Float32Array.from(anchors, (value) => value + distance * normal());
      const [positives, negatives] = [near(0.5), near(0.55)];
      return {
        inputs: [anchors, positives, negatives].map((data) => table(data, rows)),
        compute: withGradients((a, p, n) => reduce(tripletMargin(a!, p!, n!)), 0),
        byHand: ([value, ...gradients]) =>
          (value![0] = hand.tripletMargin(
            [anchors, positives, negatives],
            128,
            gradients as [Float32Array, Float32Array, Float32Array],
          )),
      };
    },
  },
  M2: {
    title: "NT-Xent and gradient, 128 dimensions",
    rows: 512,
    rowElements: 128,
    step: 2,
    make: (rows, { floats, integers, normal }) => {
      const [labels, embeddings] = [integers(rows, 32), floats(rows * 128, normal)];
      const scratch = {
        unit: new Float64Array(rows * 128),
        lengths: new Float64Array(rows),
        similarity: new Float64Array(rows * rows),
        slopes: new Float64Array(rows * rows),
      };
      return {
        inputs: [flat(labels), table(embeddings, rows)],
        compute: withGradients((y, x) => sum(ntXent(x!, y!, { temperature }).loss), 1),
        byHand: ([value, gradient]) => (value![0] = hand.ntXent(embeddings, labels, temperature, gradient!, scratch)),
      };
    },
  },
  R1: {
    title: "Dice loss and gradient, images of 16,384 positions, 4 classes",
    rows: 16,
    rowElements: 16384 * 4,
    make: (rows, { floats, integers, uniform }) => {
      const positions = 16384;
      const targets = new Float32Array(rows * positions * 4);
      for (const [position, hit] of integers(rows * positions, 4).entries()) targets[position * 4 + hit] = 1;
      const probabilities = floats(targets.length, uniform);
      const shape = [rows, positions, 4];
      return {
        inputs: [
          { data: targets, shape },
          { data: probabilities, shape },
        ],
        compute: withGradients((y, p) => sum(diceLoss(y!, p!)), 1),
        byHand: ([value, gradient]) => (value![0] = hand.dice(targets, probabilities, positions, gradient!)),
      };
    },
  },
};

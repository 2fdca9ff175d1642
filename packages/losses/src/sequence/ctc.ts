/** How unlikely are labels, if a model says at each step what it hears, and nobody knows when each label is said? */
import {
  type Dimension,
  OutOfRangeError,
  type Tensor,
  add,
  arange,
  broadcastTo,
  cast,
  customGradient,
  div,
  equal,
  exp,
  expandDims,
  less,
  log,
  logAddExp,
  logSoftmax,
  max,
  maximum,
  mul,
  notEqual,
  pad,
  relu,
  scan,
  slice,
  squeeze,
  stopGradient,
  sub,
  sum,
  takeAlongAxis,
  transpose,
  where,
} from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";

const declaration = {
  name: "ctc",
  arguments: {
    /** [batch, labels] the labels in the order in which they are said, counted from 0, without blanks. */
    labels: { shape: "[batch, labels]", elements: "classIndex" },
    /** [batch, time, classes] the logits at each step. */
    logits: "[batch, time, classes]",
  },
  options: {
    /** [batch] how many labels of each row count; by default all. */
    labelLengths: { kind: "array", shape: "[batch]", elements: "length", of: "labels" },
    /** [batch] how many steps of each row count; by default all. */
    logitLengths: { kind: "array", shape: "[batch]", elements: "length", of: "time" },
    /** The class that says nothing; a negative one counts from the last. */
    blank: { kind: "int", default: 0 },
    /** The loss where no alignment is possible. */
    whenImpossible: { kind: "number", default: Infinity as number },
  },
  results: { loss: "[batch]" },
} as const;

/**
 * Connectionist temporal classification: minus the log probability of all ways in which the steps can say the labels.
 * Labels [batch, labels], logits [batch, time, classes] -> [batch].
 *
 * A step says a label or the blank; a label that is said several steps on end counts once, so that there is a blank between two that are
 * equal. The gradient is softmax(logits) minus the probability that the step says each class, given the labels; it can be differentiated
 * again. Where the probability is 0, by the lengths or by logits of -Infinity, the value is whenImpossible and the gradient 0. What
 * stands past a length has no influence, NaN included. The loss is never below 0.
 * Throws `ShapeError` if the shapes do not fit, and `OutOfRangeError` if labels or lengths from the host are out of range or the blank is
 * not a class.
 *
 * @formula -\log \sum_{\pi \in B^{-1}(y)} \prod_t \operatorname{softmax}(x_t)_{\pi_t}
 * @source A. Graves, S. Fernandez, F. Gomez, J. Schmidhuber, Connectionist Temporal Classification (2006).
 * @peers PyTorch takes log probabilities, time first, and its mean divides by label lengths; optax and Keras take paddings or zeros.
 * @example await evaluate(ctc([[1]], [[[0, 0], [0, 0]]]), { engine }) // [0.2876821], of 3 of 4 ways
 */
export const ctc: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(labels: Tensor, logits: Tensor, options: OptionsFor<typeof declaration>): Tensor {
  const { labelLengths, logitLengths, whenImpossible } = options;
  const [, time, classes] = logits.shape;
  const blank = blankOf(options.blank, classes!);
  const isRead = logitLengths === undefined ? undefined : less(arange(time as number), expandDims(logitLengths, 1));
  const said = logSoftmax(isRead === undefined ? logits : where(expandDims(isRead, 2), logits, 0));
  const { last, leads } = lastStates(labels, said, blank, isRead);
  const total = add(logAddExp(rowAt(last.afterBlank, labelLengths), rowAt(last.afterLabel, labelLengths)), leads);
  const impossible = equal(total, -Infinity);
  const possible = where(impossible, 0, total);
  // The probability of what is certain may be rounded to more than 1.
  return where(impossible, whenImpossible, add(sub(0, possible), stopGradient(relu(possible))));
}

/**
 * The log probabilities of having said as many labels as the row tells, 0 to all, and nothing else so far, after a blank or after the last
 * of them: [labels + 1, batch].
 */
interface States {
  readonly afterBlank: Tensor;
  readonly afterLabel: Tensor;
}

/** The states after the last step that is read, less what has been taken off all of them on the way. */
interface LastStates {
  readonly last: States;
  /** [batch] */
  readonly leads: Tensor;
}

/** From log probabilities [batch, time, classes]. Before the first step, nothing is said. */
function lastStates(labels: Tensor, said: Tensor, blank: number, isRead: Tensor | undefined): LastStates {
  // No label comes before the first; whatever stands there is never said.
  const list = pad(labels, [0, 1], [0, 0]);
  const places = arange(list.shape[1] as number);
  const spoken = where(less(0, places), takeAlongAxis(said, expandDims(list, 1), 2), -Infinity);
  const steps = {
    // Time first, and the rows last: they are done side by side.
    blank: transpose(squeeze(slice(said, [0, 0, blank], [undefined, undefined, blank + 1]), 2)),
    label: transpose(spoken, [1, 2, 0]),
  };
  const ordered = transpose(list);
  const maySkip = notEqual(ordered, before(ordered));
  const nothing = cast(broadcastTo(-Infinity, ordered.shape), said.dtype);
  const start = { afterBlank: where(less(0, expandDims(places, 1)), nothing, 0), afterLabel: nothing };
  const [last, leads] =
    isRead === undefined
      ? scan((states, step) => nextStates(states, step, maySkip), start, steps)
      : scan((states, { isRead: isNext, ...step }) => stay(isNext, states, nextStates(states, step, maySkip)), start, {
          ...steps,
          isRead: transpose(isRead),
        });
  return { last, leads: sum(leads, 0) };
}

/** The log probabilities that a step says the blank [batch], and each label [labels + 1, batch]. */
interface Steps {
  readonly blank: Tensor;
  readonly label: Tensor;
}

/**
 * What can follow: a state says the blank, or repeats its label; the next label may follow the last one without a blank if they differ.
 * First the largest is taken off all states, as it would take digits from them over many steps; to a gradient that makes no difference.
 */
function nextStates({ afterBlank, afterLabel }: States, step: Steps, maySkip: Tensor): [States, Tensor] {
  const largest = max(maximum(afterBlank, afterLabel), 0);
  const lead = stopGradient(where(equal(largest, -Infinity), 0, largest));
  const skipping = where(maySkip, before(afterLabel), -Infinity);
  const next = {
    afterBlank: add(sub(logAddExp(afterBlank, afterLabel), lead), step.blank),
    afterLabel: add(sub(logAddThree(afterLabel, before(afterBlank), skipping), lead), step.label),
  };
  return [next, lead];
}

/** The same states where no step is read. */
function stay(isRead: Tensor, states: States, [next, lead]: [States, Tensor]): [States, Tensor] {
  const read = {
    afterBlank: where(isRead, next.afterBlank, states.afterBlank),
    afterLabel: where(isRead, next.afterLabel, states.afterLabel),
  };
  return [read, where(isRead, lead, 0)];
}

/** For each row the one before it, and 0 for the first. */
function before(x: Tensor): Tensor {
  return pad(slice(x, [0, 0], [-1, undefined]), [1, 0], [0, 0]);
}

/** The rows of each column at an index, by default the last. */
function rowAt(x: Tensor, indices: Tensor | undefined): Tensor {
  const row = indices === undefined ? slice(x, [-1, 0]) : takeAlongAxis(x, expandDims(indices, 0), 0);
  return squeeze(row, 0);
}

/** log(exp(x) + exp(y) + exp(z)) without overflow; -Infinity if all are, with the gradient 0. */
const logAddThree = /* @__PURE__ */ customGradient((x: Tensor, y: Tensor, z: Tensor) => {
  const largest = maximum(maximum(x, y), z);
  const from = stopGradient(where(equal(largest, -Infinity), 0, largest));
  const parts = [x, y, z].map((each) => exp(sub(each, from)));
  const total = parts.reduce((left, right) => add(left, right));
  return {
    value: add(from, log(total)),
    gradient: (g) => {
      const share = div(g, where(equal(total, 0), 1, total));
      return parts.map((part) => mul(share, part));
    },
  };
});

/** The index of the blank. Throws `OutOfRangeError` unless it is a class. */
function blankOf(blank: number, classes: Dimension): number {
  const count = classes as number;
  if (blank >= -count && blank < count) return blank < 0 ? blank + count : blank;
  throw new OutOfRangeError(
    `${declaration.name}: blank must be one of ${count} classes, from ${-count} to ${count - 1}, got ${blank}.`,
  );
}

/** Which functions sum products over shared axes? The matrix product, and Einstein summation, which is rewritten using it. */
import { isFloat } from "../array/dtype.ts";
import { equal, mul, where } from "./elementwise.ts";
import { describe, print } from "../array/describe.ts";
import { DTypeError, OutOfRangeError, ShapeError } from "../array/errors.ts";
import { arange, expandDims, reshape, transpose } from "./movement.ts";
import { type TensorLike, type Tensor, makeTensor } from "./tensor.ts";
import { asTensors, expand, toFloat } from "./operand.ts";
import { refuseSurplus } from "../array/options.ts";
import { sum } from "./reduction.ts";
import { type Dimension, isConcrete } from "../array/shape.ts";
import { broadcastShapes } from "../array/broadcast.ts";

/** The matrix product [.., m, k] [.., k, n] -> [.., m, n]; leading axes broadcast, and a vector is a row on the left or a column on the right. */
export function matmul(x: TensorLike, y: TensorLike): Tensor {
  refuseSurplus("matmul", arguments, ["x", "y"]);
  const [left, right] = asTensors("matmul", { x, y }).map(toFloat) as [Tensor, Tensor];
  if (left.rank === 0 || right.rank === 0)
    throw new ShapeError(`matmul: x and y must have an axis, got ${left} and ${right}.`);
  const a = left.rank === 1 ? expandDims(left, 0) : left;
  const b = right.rank === 1 ? expandDims(right, 1) : right;
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  if (batch === undefined || a.shape.at(-1) !== b.shape.at(-2)) {
    throw new ShapeError(`matmul: x and y must be [.., m, k] and [.., k, n], got ${left} and ${right}.`);
  }
  const product = makeTensor(
    "matmul",
    [expand(a, [...batch, ...a.shape.slice(-2)]), expand(b, [...batch, ...b.shape.slice(-2)])],
    {},
  );
  const kept = product.shape.filter(
    (_, axis) => !(left.rank === 1 && axis === product.rank - 2) && !(right.rank === 1 && axis === product.rank - 1),
  );
  return reshape(product, kept);
}

/**
 * Einstein summation: `einsum("ik,kj->ij", x, y)` is the matrix product.
 * Takes any number of operands; an index repeated in one operand takes its diagonal; without `->` the result has the indices
 * that occur once, in alphabetical order; `...` stands for axes that broadcast.
 * Throws `OutOfRangeError` if the equation can't be parsed and `ShapeError` if the operands do not match it.
 */
export function einsum(equation: string, ...operands: readonly TensorLike[]): Tensor {
  const tensors = asTensors(
    "einsum",
    Object.fromEntries(operands.map((operand, index) => [`operand ${index}`, operand])),
  );
  const { inputs, output } = parse(equation, tensors);
  const lengths = measure(equation, inputs, tensors);
  let terms = inputs.map((labels, index) =>
    sumAlone(diagonal({ labels, tensor: tensors[index]! }), inputs.toSpliced(index, 1), output),
  );
  for (const [left, right] of contractionOrder(
    terms.map((term) => term.labels),
    output,
    lengths,
  )) {
    const others = terms.filter((_, index) => index !== left && index !== right);
    terms = [
      ...others,
      contract(
        terms[left]!,
        terms[right]!,
        others.map((term) => term.labels),
        output,
      ),
    ];
  }
  return arrange(terms[0]!, output, lengths);
}

/** A tensor whose axes have names. */
interface Term {
  readonly labels: readonly string[];
  readonly tensor: Tensor;
}

function parse(equation: string, tensors: readonly Tensor[]): { inputs: string[][]; output: string[] } {
  if (typeof equation !== "string") {
    throw new DTypeError(`einsum: equation must be a string such as "ik,kj->ij", got ${describe(equation)}.`);
  }
  const text = equation.replaceAll(" ", "");
  const [left, right, ...rest] = text.split("->");
  const parts = left!.split(",");
  const side = /^[a-zA-Z]*(\.\.\.[a-zA-Z]*)?$/;
  if (rest.length > 0 || ![...parts, right ?? ""].every((part) => side.test(part))) {
    throw new OutOfRangeError(`einsum: equation must look like "ik,kj->ij", got ${print(equation)}.`);
  }
  if (parts.length !== tensors.length) {
    throw new ShapeError(
      `einsum: equation ${print(equation)} must have one term for each operand, got ${tensors.length} operands.`,
    );
  }
  const extra = parts.map((part, index) =>
    part.includes("...") ? tensors[index]!.rank - part.replace("...", "").length : 0,
  );
  const widest = Math.max(0, ...extra);
  const spread = (part: string, count: number) => {
    const [before, after] = part.split("...");
    if (after === undefined) return part.split("");
    // The axes that the dots stand for are aligned at the last one, as in broadcasting.
    return [
      ...before!.split(""),
      ...Array.from({ length: Math.max(0, count) }, (_, index) => `...${widest - count + index}`),
      ...after.split(""),
    ];
  };
  const inputs = parts.map((part, index) => spread(part, extra[index]!));
  const counts = new Map<string, number>();
  for (const label of inputs.flat()) counts.set(label, (counts.get(label) ?? 0) + 1);
  const dots = Array.from({ length: widest }, (_, index) => `...${index}`);
  const once = [...counts.keys()].filter((label) => !label.startsWith("...") && counts.get(label) === 1).toSorted();
  const output = right === undefined ? [...dots, ...once] : spread(right, widest);
  for (const label of output) {
    if (!counts.has(label) || output.indexOf(label) !== output.lastIndexOf(label)) {
      throw new OutOfRangeError(
        `einsum: an index of the result must occur in an operand, and once in the result, got "${label}" in ${print(equation)}.`,
      );
    }
  }
  return { inputs, output };
}

function measure(
  equation: string,
  inputs: readonly (readonly string[])[],
  tensors: readonly Tensor[],
): Map<string, Dimension> {
  const lengths = new Map<string, Dimension>();
  for (const [index, labels] of inputs.entries()) {
    const tensor = tensors[index]!;
    if (labels.length !== tensor.rank) {
      throw new ShapeError(
        `einsum: operand ${index} must have rank ${labels.length} in ${print(equation)}, got ${tensor}.`,
      );
    }
    for (const [axis, label] of labels.entries()) {
      const length = tensor.shape[axis]!;
      const known = lengths.get(label);
      const broadcasts = label.startsWith("...") && (known === 1 || length === 1);
      if (known !== undefined && known !== length && !broadcasts) {
        throw new ShapeError(
          `einsum: index "${label}" must have one length in ${print(equation)}, got ${known} and ${length} (operand ${index} is ${tensor}).`,
        );
      }
      if (known === undefined || known === 1) lengths.set(label, length);
    }
  }
  return lengths;
}

/** For a label that a term repeats, keeps only the elements at equal positions. */
function diagonal({ labels, tensor }: Term): Term {
  const second = labels.findIndex((label, axis) => labels.indexOf(label) < axis);
  if (second === -1) return { labels, tensor };
  const first = labels.indexOf(labels[second]!);
  const length = tensor.shape[first]!;
  if (typeof length === "string")
    throw new ShapeError(`einsum: a repeated index must have a numeric length, got ${tensor}.`);
  const along = (axis: number) =>
    reshape(
      arange(length),
      tensor.shape.map((_, index) => (index === axis ? length : 1)),
    );
  const kept = sum(where(equal(along(first), along(second)), tensor, 0), second);
  return diagonal({ labels: labels.toSpliced(second, 1), tensor: kept });
}

/** Sums over the labels that occur neither in another term nor in the result. */
function sumAlone(term: Term, others: readonly (readonly string[])[], output: readonly string[]): Term {
  const axes = term.labels.flatMap((label, axis) =>
    output.includes(label) || others.some((labels) => labels.includes(label)) ? [] : [axis],
  );
  if (axes.length === 0) return term;
  return { labels: term.labels.filter((_, axis) => !axes.includes(axis)), tensor: sum(term.tensor, axes) };
}

/** The pair to contract at each step: the optimal order for few operands, greedily the cheapest pair for many. */
function contractionOrder(
  terms: readonly (readonly string[])[],
  output: readonly string[],
  lengths: ReadonlyMap<string, Dimension>,
): (readonly [number, number])[] {
  // Only the order depends on this: an unknown length counts as a long one.
  const cost = (labels: Iterable<string>) => {
    let product = 1;
    for (const label of labels)
      product *= typeof lengths.get(label) === "number" ? (lengths.get(label) as number) : 1000;
    return product;
  };
  const exhaustive = terms.length <= 5;
  const search = (left: readonly (readonly string[])[]): { cost: number; order: (readonly [number, number])[] } => {
    if (left.length <= 1) return { cost: 0, order: [] };
    const steps = [];
    for (let i = 0; i < left.length; i++) {
      for (let j = i + 1; j < left.length; j++) {
        const union = new Set([...left[i]!, ...left[j]!]);
        const others = left.filter((_, index) => index !== i && index !== j);
        const kept = [...union].filter(
          (label) => output.includes(label) || others.some((labels) => labels.includes(label)),
        );
        steps.push({ pair: [i, j] as const, cost: cost(union) + cost(kept), next: [...others, kept] });
      }
    }
    const cheapest = steps.toSorted((a, b) => a.cost - b.cost);
    const candidates = (exhaustive ? steps : cheapest.slice(0, 1)).map((step) => {
      const rest = search(step.next);
      return { cost: step.cost + rest.cost, order: [step.pair, ...rest.order] };
    });
    return candidates.reduce((best, candidate) => (candidate.cost < best.cost ? candidate : best));
  };
  return search(terms).order;
}

/** The product of two terms, summed over the labels that nothing else needs; the term that comes first in the result supplies the rows. */
function contract(first: Term, second: Term, others: readonly (readonly string[])[], output: readonly string[]): Term {
  const earliest = (term: Term, other: Term) =>
    Math.min(
      ...term.labels
        .filter((label) => !other.labels.includes(label) && output.includes(label))
        .map((label) => output.indexOf(label)),
    );
  const [left, right] = earliest(second, first) < earliest(first, second) ? [second, first] : [first, second];
  const needed = (label: string) => output.includes(label) || others.some((labels) => labels.includes(label));
  const shared = left.labels.filter((label) => right.labels.includes(label));
  const summed = shared.filter((label) => !needed(label));
  const batch = shared.filter(needed);
  const rows = left.labels.filter((label) => !shared.includes(label));
  const columns = right.labels.filter((label) => !shared.includes(label));
  const labels = [...batch, ...rows, ...columns];
  const length = (label: string): Dimension => {
    const a = left.labels.includes(label) ? left.tensor.shape[left.labels.indexOf(label)]! : 1;
    const b = right.labels.includes(label) ? right.tensor.shape[right.labels.indexOf(label)]! : 1;
    return a === 1 ? b : a;
  };
  const matrix =
    summed.length > 0 &&
    rows.length + columns.length > 0 &&
    isFloat(left.tensor.dtype) &&
    [rows, columns, summed].every((group) => group.length < 2 || isConcrete(group.map(length))) &&
    summed.every(
      (label) => left.tensor.shape[left.labels.indexOf(label)] === right.tensor.shape[right.labels.indexOf(label)],
    );
  if (!matrix) {
    const all = [...labels, ...summed];
    const product = mul(align(left, all), align(right, all));
    return {
      labels,
      tensor:
        summed.length === 0
          ? product
          : sum(
              product,
              summed.map((label) => all.indexOf(label)),
            ),
    };
  }
  const merge = (group: readonly string[]): Dimension =>
    group.length === 1 ? length(group[0]!) : group.reduce((size, label) => size * (length(label) as number), 1);
  const batchShape = batch.map(length);
  const a = expand(align(left, [...batch, ...rows, ...summed]), [
    ...batchShape,
    ...rows.map(length),
    ...summed.map(length),
  ]);
  const b = expand(align(right, [...batch, ...summed, ...columns]), [
    ...batchShape,
    ...summed.map(length),
    ...columns.map(length),
  ]);
  const product = makeTensor(
    "matmul",
    [
      reshape(a, [...batchShape, merge(rows), merge(summed)]),
      reshape(b, [...batchShape, merge(summed), merge(columns)]),
    ],
    {},
  );
  return { labels, tensor: reshape(product, labels.map(length)) };
}

/** The term with its axes in the order of these labels, and length 1 for labels that it lacks. */
function align({ labels, tensor }: Term, order: readonly string[]): Tensor {
  const present = order.filter((label) => labels.includes(label));
  const moved = transpose(
    tensor,
    present.map((label) => labels.indexOf(label)),
  );
  return reshape(
    moved,
    order.map((label) => (labels.includes(label) ? tensor.shape[labels.indexOf(label)]! : 1)),
  );
}

/** A single term, summed and transposed to match the result. */
function arrange(term: Term, output: readonly string[], lengths: ReadonlyMap<string, Dimension>): Tensor {
  const { labels, tensor } = sumAlone(term, [], output);
  return expand(
    align({ labels, tensor }, output),
    output.map((label) => lengths.get(label)!),
  );
}

/** What is the derivative of a graph's results? Computed from values alone, by differences extrapolated to a step of 0. */
import type { Graph } from "@symloss/core/engine";
import { type Elements, evaluateGraph } from "./evaluate.ts";

/** A derivative, and its possible error. */
export interface Derivative {
  readonly value: number;
  readonly error: number;
}

/** The derivative of a smooth function of one number at 0, from central differences (Richardson's extrapolation). */
export function derivativeAtZero(fn: (step: number) => number, firstStep: number): Derivative {
  let row: number[] = [];
  let best: Derivative = { value: NaN, error: Infinity };
  for (let level = 0; level < levels; level++) {
    const step = firstStep / 2 ** level;
    const next = [(fn(step) - fn(-step)) / (2 * step)];
    for (const [order, coarse] of row.entries()) {
      const factor = 4 ** (order + 1);
      next.push((factor * next[order]! - coarse) / (factor - 1));
    }
    const error = Math.abs(next.at(-1)! - (row.at(-1) ?? Infinity));
    if (error < best.error) best = { value: next.at(-1)!, error };
    row = next;
  }
  return best;
}

/** The sum over all outputs of cotangent times output, as a function of the inputs. */
export function weightedOutput(graph: Graph, cotangents: readonly Elements[]): (inputs: readonly Elements[]) => number {
  return (inputs) => {
    const values = evaluateGraph(graph, inputs);
    return graph.outputs.reduce((total, output, index) => total + dot(cotangents[index]!, values.get(output)!), 0);
  };
}

/** The derivatives of `fn` by each element of the input at this position. */
export function gradientByDifferences(
  fn: (inputs: readonly Elements[]) => number,
  inputs: readonly Elements[],
  position: number,
): Derivative[] {
  return inputs[position]!.map((value, index) => {
    const direction = inputs[position]!.map((_, other) => (other === index ? 1 : 0));
    return derivativeAlong(fn, inputs, position, direction, stepFor(value));
  });
}

/** The derivative of `fn` as the input at this position moves in a direction. */
export function derivativeAlong(
  fn: (inputs: readonly Elements[]) => number,
  inputs: readonly Elements[],
  position: number,
  direction: Elements,
  firstStep: number,
): Derivative {
  return derivativeAtZero((step) => fn(inputs.with(position, moved(inputs[position]!, direction, step))), firstStep);
}

/** x + step * direction */
export function moved(x: Elements, direction: Elements, step: number): Elements {
  return x.map((value, index) => value + step * direction[index]!);
}

/** The sum of the products. */
export function dot(left: Elements, right: Elements): number {
  return left.reduce((total, value, index) => total + value * right[index]!, 0);
}

const levels = 5;

function stepFor(value: number): number {
  return 2 ** -6 * Math.max(2 ** -3, Math.abs(value));
}

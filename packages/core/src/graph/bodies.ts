/** Which graph lies in a node? The body of a scan. */
import { EngineError } from "../array/errors.ts";
import type { Attributes, Body } from "../tensor/operation.ts";
import { type Tensor, isTensor } from "../tensor/tensor.ts";

/** How deep bodies may be nested: deeper ones are mistakes, such as one that contains itself. */
const deepest = 16;

/** The body of a scan; undefined for any other operation, and for attributes without one, which `verifyNodes` refuses. */
export function bodyOf(node: Tensor): Body | undefined {
  if (node.operation !== "scan") return undefined;
  const { body } = node.attributes as Partial<Attributes["scan"]>;
  return isBody(body) ? body : undefined;
}

/** Whether a value is a graph. */
export function isBody(value: unknown): value is Body {
  const { inputs, outputs } = (value ?? {}) as Partial<Record<keyof Body, unknown>>;
  return (
    Array.isArray(inputs) &&
    inputs.every((input) => isTensor(input) && input.operation === "input") &&
    new Set(inputs).size === inputs.length &&
    Array.isArray(outputs) &&
    outputs.every(isTensor)
  );
}

/** One more than the depth of a body. Throws `EngineError` if that is too deep. */
export function deeper(depth: number): number {
  if (depth < deepest) return depth + 1;
  throw new EngineError(
    `verify: bodies must be nested at most ${deepest} deep, got deeper ones, or one that contains itself.`,
  );
}

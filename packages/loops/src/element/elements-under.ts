/** What is an element made of? */
import type { Value } from "./element.ts";

/** Every value that these are made of, parts first. */
export function valuesUnder(roots: readonly Value[], stop: (value: Value) => boolean = () => false): Value[] {
  const order: Value[] = [];
  const met = new Set<Value>();
  // An explicit stack, with the next part of each: a chain of values may be longer than the call stack is deep.
  const stack: Value[] = [];
  const next: number[] = [];
  const meet = (value: Value): void => {
    if (met.has(value)) return;
    met.add(value);
    if (value.parts.length === 0 || stop(value)) {
      order.push(value);
      return;
    }
    stack.push(value);
    next.push(0);
  };
  for (const root of roots) {
    meet(root);
    while (stack.length > 0) {
      const last = stack.length - 1;
      const part = stack[last]!.parts[next[last]!++];
      if (part !== undefined) {
        meet(part);
        continue;
      }
      order.push(stack.pop()!);
      next.pop();
    }
  }
  return order;
}

/** What is an element made of? */
import type { Element } from "./element.ts";

/** Every element that these are made of, parts first. */
export function elementsUnder(roots: readonly Element[], stop: (element: Element) => boolean = () => false): Element[] {
  const order: Element[] = [];
  const met = new Set<Element>();
  // An explicit stack, with the next part of each: a chain of values may be longer than the call stack is deep.
  const stack: Element[] = [];
  const next: number[] = [];
  const meet = (element: Element): void => {
    const { size } = met;
    if (met.add(element).size === size) return;
    if (element.parts.length === 0 || stop(element)) {
      order.push(element);
      return;
    }
    stack.push(element);
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

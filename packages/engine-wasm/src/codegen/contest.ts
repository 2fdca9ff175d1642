/** Which loop asks whether anything beats one element, the target, and how is that answered with one comparison each? */
import type { Operand, Statement } from "@symloss/loops";
import { definedIn, isIndex, isOneOf, letOf } from "./registers.ts";

/** A search for an element that beats the target. */
export interface Contest {
  /** What is computed of each element before it is compared. */
  readonly body: readonly Statement[];
  readonly element: Operand;
  /** The target's element, and its index. */
  readonly target: Operand;
  readonly at: Operand;
}

/** The contest of a loop that does nothing else. */
export function contestOf(index: number, body: readonly Statement[]): Contest | undefined {
  const [search, ...others] = body.filter((statement) => statement.kind === "accumulate");
  if (search === undefined || others.length > 0 || search.reduction !== "any") return undefined;
  const own = definedIn(body);
  const beats = letOf(search.value, body);
  if (beats?.expression.kind !== "apply" || beats.expression.operation !== "beats") return undefined;
  const [element, target, position, at] = beats.expression.operands as readonly [Operand, Operand, Operand, Operand];
  if (!isIndex(position, index) || isOneOf(target, own) || isOneOf(at, own)) return undefined;
  const rest = body.filter((statement) => statement !== search && statement !== beats);
  return rest.every(({ kind }) => kind === "let") ? { body: rest, element, target, at } : undefined;
}

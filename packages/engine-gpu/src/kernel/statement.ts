/** What does a kernel do? Statements as data, so that they can be put in another order, and priced, before they are printed. */
import type { Expression, Name } from "./expression.ts";

/** One of a kernel's statements. Each name is given once in a scope and those around it. */
export type Statement = Definition | Accumulator | Update | Loop;

/** How a reduction puts two elements together. */
export type Reducer = "sum" | "max";

/** A constant. */
export interface Definition {
  readonly kind: "definition";
  readonly name: Name;
  readonly expression: Expression;
  /** In additions, roughly. */
  readonly cost: number;
}

/** A variable that a loop updates. */
export interface Accumulator {
  readonly kind: "accumulator";
  readonly name: Name;
  readonly initial: Expression;
}

/** Puts one more term together with what an accumulator holds. */
export interface Update {
  readonly kind: "update";
  readonly name: Name;
  readonly reducer: Reducer;
  readonly term: Expression;
  /** In additions, roughly. */
  readonly cost: number;
}

/** Runs its body so many times, but for the turns in which the condition does not hold. */
export interface Loop {
  readonly kind: "loop";
  readonly variable: Name;
  readonly count: number;
  readonly condition?: Expression | undefined;
  readonly body: readonly Statement[];
}

/** What statements amount to. */
export interface Price {
  /** How many there are besides loops and accumulators. */
  readonly statements: number;
  /** What a thread that runs them does, in additions, roughly. */
  readonly work: number;
}

/** What the statements amount to. */
export function priceOf(statements: readonly Statement[]): Price {
  let count = 0;
  let work = 0;
  for (const statement of statements) {
    if (statement.kind === "loop") {
      const inner = priceOf(statement.body);
      count += inner.statements;
      work += inner.work * statement.count;
    } else if (statement.kind !== "accumulator") {
      count++;
      work += statement.cost;
    }
  }
  return { statements: count, work };
}

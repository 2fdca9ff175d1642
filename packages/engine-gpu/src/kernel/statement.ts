/** What does a kernel do? Statements as data, so that they can be reordered and priced before they are printed. */
import type { Expression, Name } from "./expression.ts";

/** One of a kernel's statements. Each name is defined once in a scope and those around it. */
export type Statement = Definition | Accumulator | Update | Loop;

/** How a reduction combines two elements. */
export type Reducer = "sum" | "max";

/** A constant. */
export interface Definition {
  readonly kind: "definition";
  readonly name: Name;
  readonly expression: Expression;
  /** The cost, roughly in additions. */
  readonly cost: number;
}

/** A variable that a loop updates. */
export interface Accumulator {
  readonly kind: "accumulator";
  readonly name: Name;
  readonly initial: Expression;
}

/** Combines one more term with the value of an accumulator. */
export interface Update {
  readonly kind: "update";
  readonly name: Name;
  readonly reducer: Reducer;
  readonly term: Expression;
  /** The cost, roughly in additions. */
  readonly cost: number;
}

/** Runs its body this many times, skipping iterations in which the condition does not hold. */
export interface Loop {
  readonly kind: "loop";
  readonly variable: Name;
  readonly count: number;
  readonly condition?: Expression | undefined;
  readonly body: readonly Statement[];
}

/** The size and cost of statements. */
export interface Price {
  /** How many statements there are, not counting loops and accumulators. */
  readonly statements: number;
  /** The work of a thread that runs them, roughly in additions. */
  readonly work: number;
}

/** Adds up the size and cost of the statements. */
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

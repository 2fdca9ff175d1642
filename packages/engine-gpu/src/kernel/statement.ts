/** What does a kernel do, and how does it read? Statements as data, so that their order can change before they are written. */
import { type Source, integerSource, source } from "./source.ts";

/** One of a kernel's statements. Each name is a letter and a number, and is given once in a scope and those around it. */
export type Statement = Definition | Accumulator | Update | Loop;

/** A constant. */
export interface Definition {
  readonly kind: "definition";
  readonly name: Source;
  readonly source: Source;
  /** In additions, roughly. */
  readonly cost: number;
}

/** A variable that a loop updates. */
export interface Accumulator {
  readonly kind: "accumulator";
  readonly name: Source;
  readonly source: Source;
}

/** Puts one more term together with what an accumulator holds. */
export interface Update {
  readonly kind: "update";
  readonly name: Source;
  readonly reducer: "sum" | "max";
  readonly source: Source;
  /** In additions, roughly. */
  readonly cost: number;
}

/** Runs its body so many times, but for the turns in which the condition does not hold. */
export interface Loop {
  readonly kind: "loop";
  readonly variable: Source;
  readonly count: number;
  readonly condition?: Source | undefined;
  readonly body: readonly Statement[];
}

/** The lines of the statements. */
export function writeStatements(statements: readonly Statement[]): Source[] {
  return statements.flatMap((statement) => {
    switch (statement.kind) {
      case "definition":
        return [source`const ${statement.name} = ${statement.source};`];
      case "accumulator":
        return [source`let ${statement.name} = ${statement.source};`];
      case "update":
        return [writeUpdate(statement)];
      case "loop":
        return writeLoop(statement);
    }
  });
}

function writeUpdate({ name, reducer, source: term }: Update): Source {
  return reducer === "sum" ? source`${name} += ${term};` : source`${name} = Math.max(${name}, ${term});`;
}

function writeLoop({ variable, count, condition, body }: Loop): Source[] {
  const lines = writeStatements(body);
  return [
    source`for (let ${variable} = 0; ${variable} < ${integerSource(count)}; ${variable}++) {`,
    ...(condition === undefined ? lines : [source`if (${condition}) {`, ...lines, source`}`]),
    source`}`,
  ];
}

/** How many statements there are besides loops and accumulators, and what a thread that runs them does, in additions, roughly. */
export function measureStatements(statements: readonly Statement[]): { readonly count: number; readonly work: number } {
  let count = 0;
  let work = 0;
  for (const statement of statements) {
    if (statement.kind === "loop") {
      const inner = measureStatements(statement.body);
      count += inner.count;
      work += inner.work * statement.count;
    } else if (statement.kind !== "accumulator") {
      count++;
      work += statement.cost;
    }
  }
  return { count, work };
}

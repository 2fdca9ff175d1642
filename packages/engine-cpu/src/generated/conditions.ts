/** Which conditions nearly always go one way, and which are then rarely asked for? */
import {
  type Atom,
  type Expression,
  type Place,
  type Register,
  type ScalarOperation,
  type Statement,
  allStatements,
} from "@symloss/loops";

/** What is known of the conditions of a program. */
export interface Conditions {
  /** The registers that are nearly always the same. */
  readonly predictable: ReadonlySet<Register>;
  /** The comparisons that are read only where a predictable condition holds that nearly never does: they are said there, in full. */
  readonly rare: ReadonlySet<Register>;
}

/** The conditions of a program's statements. */
export function findConditions(body: readonly Statement[]): Conditions {
  const statements = allStatements(body);
  const predictable = new Set<Register>();
  for (const statement of statements) {
    if (statement.kind === "let" && isPredictable(statement.expression, predictable))
      predictable.add(statement.register);
  }
  // From the last to the first, so that what reads a register is met before it.
  const read = new Set<Register>();
  const rare = new Set<Register>();
  for (const statement of statements.toReversed()) {
    if (statement.kind === "let" && isComparison(statement.expression) && !read.has(statement.register)) {
      rare.add(statement.register);
      continue;
    }
    for (const atom of alwaysRead(statement, predictable)) if (atom.kind === "register") read.add(atom.register);
  }
  return { predictable, rare };
}

/** Few elements are infinite, and few stand at one index. */
function isPredictable(expression: Expression, predictable: ReadonlySet<Register>): boolean {
  if (expression.kind !== "apply") return false;
  const { operation, operands } = expression;
  if (operation === "equal")
    return operands.some(
      (atom) => atom.kind === "index" || (atom.kind === "constant" && Math.abs(atom.value) === Infinity),
    );
  return operation === "logicalAnd" && operands.some((atom) => isIn(atom, predictable));
}

const comparisons: ReadonlySet<ScalarOperation> = new Set<ScalarOperation>(["round", "equal", "less", "lessEqual"]);

function isComparison(expression: Expression): boolean {
  return expression.kind === "apply" && comparisons.has(expression.operation);
}

/** What a statement reads, but for what it reads only where a predictable condition holds. */
function alwaysRead(statement: Statement, predictable: ReadonlySet<Register>): readonly Atom[] {
  switch (statement.kind) {
    case "let": {
      const { expression } = statement;
      if (expression.kind !== "apply") return atomsOf(expression.place);
      const { operation, operands } = expression;
      const first = operation === "logicalAnd" ? operands.find((atom) => isIn(atom, predictable)) : undefined;
      return first === undefined ? operands : [first];
    }
    case "accumulate":
      return statement.position === undefined ? [statement.value] : [statement.value, statement.position.index];
    case "store":
      return [statement.value, ...atomsOf(statement.place)];
    case "update":
      return [
        statement.value,
        ...atomsOf(statement.place),
        ...(statement.within === undefined ? [] : [statement.within.atom]),
      ];
    case "multiply":
      return [statement.rows.element, statement.columns.element];
    case "accumulator":
    case "fill":
    case "loop":
      return [];
  }
}

function atomsOf({ terms }: Place): readonly Atom[] {
  return terms.map(({ atom }) => atom);
}

function isIn(atom: Atom, registers: ReadonlySet<Register>): boolean {
  return atom.kind === "register" && registers.has(atom.register);
}

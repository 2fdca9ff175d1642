/** Which conditions nearly always go one way, and which are printed in full where they are used? */
import {
  type Expression,
  type Operand,
  type Register,
  type ScalarOperation,
  type Statement,
  allStatements,
  assumeLength,
  operandsOf,
} from "@symloss/loops";

/** What is known about the conditions of a program. */
export interface Conditions {
  /** The registers that are nearly always the same. */
  readonly predictable: ReadonlySet<Register>;
  /**
   * The conditions that have no register: comparisons that are read only if a predictable condition holds, which is rare,
   * and predictable conditions that decide one thing, so that it takes one branch.
   */
  readonly inline: ReadonlySet<Register>;
}

/** The conditions of a program's statements. */
export function findConditions(body: readonly Statement[]): Conditions {
  const statements = allStatements(body);
  const predictable = new Set<Register>();
  const magnitudes = new Set<Register>();
  for (const statement of statements) {
    if (statement.kind !== "let") continue;
    if (isMagnitude(statement.expression, magnitudes)) magnitudes.add(statement.register);
    if (isPredictable(statement.expression, predictable, magnitudes)) predictable.add(statement.register);
  }
  const inline = askedOnce(statements, predictable);
  // From the last to the first, so that a register is met after all that read it.
  const read = new Set<Register>();
  for (const statement of statements.toReversed()) {
    if (statement.kind === "let" && isComparison(statement.expression) && !read.has(statement.register)) {
      inline.add(statement.register);
      continue;
    }
    for (const operand of alwaysRead(statement, predictable))
      if (operand.kind === "register") read.add(operand.register);
  }
  return { predictable, inline };
}

/** Nearly all magnitudes of an array are on the same side of it: most variances are not that near to 1, or all are. */
const smallMagnitude = 2 ** -6;

/** Few elements are infinite, few are at one index, and few are so near to 0 that they need another formula. */
function isPredictable(
  expression: Expression,
  predictable: ReadonlySet<Register>,
  magnitudes: ReadonlySet<Register>,
): boolean {
  if (expression.kind !== "apply") return false;
  const { operation, operands } = expression;
  if (operation === "less") {
    const [left, right] = operands as readonly [Operand, Operand];
    return isIn(left, magnitudes) && right.kind === "constant" && assumeLength(right.value) <= smallMagnitude;
  }
  if (operation === "equal")
    return operands.some(
      (operand) =>
        operand.kind === "index" || (operand.kind === "constant" && Math.abs(assumeLength(operand.value)) === Infinity),
    );
  return operation === "logicalAnd" && operands.some((operand) => isIn(operand, predictable));
}

/** Whether an expression is an absolute value, rounded perhaps. */
function isMagnitude(expression: Expression, magnitudes: ReadonlySet<Register>): boolean {
  if (expression.kind !== "apply") return false;
  const { operation, operands } = expression;
  return operation === "abs" || (operation === "round" && isIn(operands[0]!, magnitudes));
}

/** The predictable conditions that are read once, to decide something. */
function askedOnce(statements: readonly Statement[], predictable: ReadonlySet<Register>): Set<Register> {
  const asked = new Set<Register>();
  if (predictable.size === 0) return asked;
  const read = new Set<Register>();
  for (const statement of statements) {
    for (const [position, operand] of operandsOf(statement).entries()) {
      if (operand.kind !== "register" || !predictable.has(operand.register)) continue;
      const { register } = operand;
      if (read.has(register) || !decides(statement, position)) asked.delete(register);
      else asked.add(register);
      read.add(register);
    }
  }
  return asked;
}

/** Whether a statement reads the operand at this position only as a condition. */
function decides(statement: Statement, position: number): boolean {
  if (statement.kind !== "let" || statement.expression.kind !== "apply") return false;
  const { operation } = statement.expression;
  return operation === "logicalAnd" || (operation === "where" && position === 0);
}

const comparisons: ReadonlySet<ScalarOperation> = new Set<ScalarOperation>(["round", "equal", "less", "lessEqual"]);

function isComparison(expression: Expression): boolean {
  return expression.kind === "apply" && comparisons.has(expression.operation);
}

/** What a statement reads always, and not only if a predictable condition holds. */
function alwaysRead(statement: Statement, predictable: ReadonlySet<Register>): readonly Operand[] {
  const operands = operandsOf(statement);
  const isChoice =
    statement.kind === "let" &&
    statement.expression.kind === "apply" &&
    statement.expression.operation === "logicalAnd";
  const first = isChoice ? operands.find((operand) => isIn(operand, predictable)) : undefined;
  return first === undefined ? operands : [first];
}

function isIn(operand: Operand, registers: ReadonlySet<Register>): boolean {
  return operand.kind === "register" && registers.has(operand.register);
}

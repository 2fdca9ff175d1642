/** Which registers does a body write, and what reads or writes one? */
import {
  type Address,
  type Buffer,
  type Length,
  type Operand,
  type Register,
  type Statement,
  type StatementOf,
  addLengths,
} from "@symloss/loops";

/** The registers that a body writes. */
export function definedIn(statements: readonly Statement[]): ReadonlySet<Register> {
  const defined = new Set<Register>();
  for (const statement of statements) if (statement.kind === "let") defined.add(statement.register);
  return defined;
}

/** The statement that computes an operand, if it is in the body. */
export function letOf(operand: Operand, body: readonly Statement[]): StatementOf<"let"> | undefined {
  if (operand.kind !== "register") return undefined;
  return body.find(
    (statement): statement is StatementOf<"let"> => statement.kind === "let" && statement.register === operand.register,
  );
}

/** Whether an operand is one of these registers. */
export function isOneOf(operand: Operand, registers: ReadonlySet<Register>): boolean {
  return operand.kind === "register" && registers.has(operand.register);
}

/** Whether an address depends on one of these registers. */
export function dependsOn({ terms }: Address, registers: ReadonlySet<Register>): boolean {
  return terms.some(({ operand }) => isOneOf(operand, registers));
}

/** By how much one iteration of the loop of an index moves an address. */
export function strideOf({ terms }: Address, index: number): Length {
  return terms.reduce<Length>(
    (sum, { operand, stride }) => (isIndex(operand, index) ? addLengths(sum, stride) : sum),
    0,
  );
}

/** Whether an operand is the index of this number. */
export function isIndex(operand: Operand, index: number): boolean {
  return operand.kind === "index" && operand.index === index;
}

/** What a statement reads or writes in memory. */
export function accessIn(statement: Statement): { readonly buffer: Buffer; readonly address: Address } | undefined {
  if (statement.kind === "store" || statement.kind === "update") return statement;
  return statement.kind === "let" && statement.expression.kind === "load" ? statement.expression : undefined;
}

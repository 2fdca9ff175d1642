/** Which element of a loop gets another value than all others, as that of a row's label does, so that the loop need not ask for it? */
import {
  type Expression,
  type Operand,
  type Register,
  type Statement,
  type StatementOf,
  operandsOf,
} from "@symloss/loops";
import { accessIn, definedIn, isIndex, isOneOf, letOf } from "./registers.ts";

/** An element that is stored once more after the loop. */
export interface Exception {
  /** The index of the element; if the loop does not have it, there is none. */
  readonly at: Operand;
  readonly value: Operand;
  readonly store: StatementOf<"store">;
}

/** A body without `where(index == at, value, other)` that is only stored, and what must be stored after the loop instead. */
export function withoutExceptions({ index, body }: { readonly index: number; readonly body: readonly Statement[] }): {
  readonly body: readonly Statement[];
  readonly exceptions: readonly Exception[];
} {
  const choices = body.filter(isChoice);
  if (choices.length === 0) return { body, exceptions: [] };
  const own = definedIn(body);
  const exceptions: Exception[] = [];
  let rest = body;
  for (const choice of choices) {
    const found = exceptionOf(choice, index, own, rest);
    if (found === undefined) continue;
    exceptions.push(found.exception);
    rest = found.rest;
  }
  return { body: rest, exceptions };
}

/** Computes `where(condition, value, other)`. */
interface Choice extends StatementOf<"let"> {
  readonly expression: Extract<Expression, { kind: "apply" }>;
}

function isChoice(statement: Statement): statement is Choice {
  return (
    statement.kind === "let" && statement.expression.kind === "apply" && statement.expression.operation === "where"
  );
}

function exceptionOf(
  choice: Choice,
  index: number,
  own: ReadonlySet<Register>,
  body: readonly Statement[],
): { readonly exception: Exception; readonly rest: readonly Statement[] } | undefined {
  const [condition, value, other] = choice.expression.operands as readonly [Operand, Operand, Operand];
  const test = letOf(condition, body);
  if (test === undefined || isVarying(value, own)) return undefined;
  const at = comparedWithIndex(test, index);
  if (at === undefined || isVarying(at, own)) return undefined;
  const users = body.filter((statement) => reads(statement, choice.register));
  const [store] = users;
  if (users.length !== 1 || store?.kind !== "store") return undefined;
  // What is read of the same array could be the element that is stored too late.
  if (body.some((statement) => statement !== store && touches(statement, store))) return undefined;
  const isAskedOnce = body.filter((statement) => reads(statement, test.register)).length === 1;
  const rest = body
    .filter((statement) => statement !== choice && !(isAskedOnce && statement === test))
    .map((statement) => (statement === store ? { ...store, value: other } : statement));
  return { exception: { at, value, store }, rest };
}

function isVarying(operand: Operand, own: ReadonlySet<Register>): boolean {
  return operand.kind === "index" || isOneOf(operand, own);
}

/** What is asked to be equal to the index of the loop. */
function comparedWithIndex({ expression }: StatementOf<"let">, index: number): Operand | undefined {
  if (expression.kind !== "apply" || expression.operation !== "equal") return undefined;
  const [x, y] = expression.operands as readonly [Operand, Operand];
  if (isIndex(x, index)) return y;
  return isIndex(y, index) ? x : undefined;
}

function reads(statement: Statement, register: Register): boolean {
  return operandsOf(statement).some((operand) => operand.kind === "register" && operand.register === register);
}

function touches(statement: Statement, { buffer }: StatementOf<"store">): boolean {
  return accessIn(statement)?.buffer === buffer;
}

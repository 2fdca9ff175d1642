/** How are rows mapped? */
import { type StatementOf, formatLength, multiplyLengths } from "@symloss/loops";
import { writeArgsort } from "./argsort.ts";
import { writeCumsum } from "./cumsum.ts";
import type { Context } from "./position.ts";

export function writeMapRows(statement: StatementOf<"mapRows">, context: Context): void {
  const { operation, rows } = statement;
  const { outer, length, inner } = rows;
  const count = multiplyLengths(outer, inner);
  context.notes.push(() => `${operation.kind} ${formatLength(count)} by ${formatLength(length)}: one number at a time`);
  if (multiplyLengths(count, length) === 0) return;
  if (operation.kind === "argsort") writeArgsort(statement, operation.descending, context);
  else writeCumsum(statement, operation.reverse, context);
}

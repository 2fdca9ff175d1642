/** How are rows mapped? */
import type { StatementOf } from "./loops.ts";
import { writeArgsort } from "./argsort.ts";
import { writeCumsum } from "./cumsum.ts";
import type { Context } from "./position.ts";

export function writeMapRows(statement: StatementOf<"mapRows">, context: Context): void {
  const { operation, rows } = statement;
  context.notes.push(`${operation.kind} ${rows.outer * rows.inner} by ${rows.length}: one number at a time`);
  if (rows.outer * rows.length * rows.inner === 0) return;
  if (operation.kind === "argsort") writeArgsort(statement, operation.descending, context);
  else writeCumsum(statement, operation.reverse, context);
}

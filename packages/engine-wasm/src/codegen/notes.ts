/** What is told of each loop: whether it became vector code, what in it did not, and why? */
import type { Buffer, ScalarOperation, Statement } from "@symloss/loops";
import { accessIn, definedIn, dependsOn, strideOf } from "./registers.ts";

/** A line, made when someone asks for it. */
export type Note = () => string;

/** A line for a loop that runs one iteration after the other. */
export function scalarNote(index: number): string {
  return `i${index}: one by one, around other loops`;
}

/** A line for a loop that is vector code. */
export function vectorNote(index: number, statements: readonly Statement[], vectors: number, how = ""): string {
  const apart = [...arraysApart(index, statements), ...functionsApart(statements)];
  const rest = apart.length === 0 ? "" : `; lane by lane: ${apart.join(", ")}`;
  return `i${index}: ${vectors === 1 ? "a vector" : `${vectors} vectors`} of 4${how}${rest}`;
}

/** The buffers whose elements do not lie side by side. */
function arraysApart(index: number, statements: readonly Statement[]): readonly string[] {
  const own = definedIn(statements);
  const names = statements.flatMap((statement) => {
    const access = accessIn(statement);
    if (access === undefined) return [];
    const stride = strideOf(access.address, index);
    return dependsOn(access.address, own) || (stride !== 0 && stride !== 1) ? [nameOf(access.buffer)] : [];
  });
  return [...new Set(names)];
}

function nameOf({ kind, id, position }: Buffer): string {
  return `${kind}${position ?? id}`;
}

/** Functions that float64 numbers take from JavaScript. */
function functionsApart(statements: readonly Statement[]): readonly string[] {
  const names = statements.flatMap((statement) => {
    if (statement.kind !== "let" || statement.expression.kind !== "apply" || statement.dtype !== "float64") return [];
    const { operation } = statement.expression;
    return fromLibrary.has(operation) ? [operation] : [];
  });
  return [...new Set(names)];
}

const fromLibrary: ReadonlySet<ScalarOperation> = new Set<ScalarOperation>([
  "exp",
  "expNonPositive",
  "expm1",
  "log",
  "log1p",
  "log1pOfUnit",
  "tanh",
  "erf",
  "atan",
  "lgamma",
  "digamma",
  "pow",
]);

/** Which loops are unrolled by two and jammed, so that what both iterations read in the loop inside is read once? */
import type { Program, Reduction, Register, Statement, StatementOf } from "../program/program.ts";
import { allStatements, lastRegister, operandsOf, registersOf, valuesOf } from "../program/statements.ts";
import { type Iteration, inIteration, isIndex, isOwn } from "./iteration.ts";

type Loop = StatementOf<"loop">;

/** With more statements than this the numbers of two iterations no longer fit into registers. */
const longest = 10;

/**
 * The program with each loop around one short reduction unrolled and jammed, but for the outermost of the loops over what may be a batch:
 * a sum must not depend on whether the length of a batch is even.
 */
export function unrollAndJam({ body }: Program, batches: ReadonlySet<number>): Program {
  return { body: jamAll(body, batches, { next: lastRegister(body) + 1 }) };
}

interface Counter {
  next: Register;
}

const noBatches: ReadonlySet<number> = new Set();

function jamAll(statements: readonly Statement[], batches: ReadonlySet<number>, registers: Counter): Statement[] {
  return statements.map((statement) => {
    if (statement.kind !== "loop") return statement;
    const isBatch = batches.has(statement.index);
    const inner = isBatch ? undefined : innerOf(statement);
    if (inner !== undefined) return jam(statement, inner, registers);
    return { ...statement, body: jamAll(statement.body, isBatch ? noBatches : batches, registers) };
  });
}

/** The one loop inside, if it only adds or takes the largest, and the index of the loop around it occurs in addresses alone. */
function innerOf({ index, extent, body }: Loop): Loop | undefined {
  const [inner, ...others] = body.filter((statement): statement is Loop => statement.kind === "loop");
  if (typeof extent !== "number" || extent % 2 !== 0) return undefined;
  if (inner === undefined || others.length > 0 || inner.body.length > longest) return undefined;
  const isShort = inner.body.every(
    (statement) => statement.kind === "let" || (statement.kind === "accumulate" && jammed.has(statement.reduction)),
  );
  if (!isShort || !hasOwnResults(body, inner) || !body.every(canBeJammed)) return undefined;
  const isAddressOnly = allStatements(body).every((statement) =>
    valuesOf(statement).every((operand) => !isIndex(operand, index)),
  );
  return isAddressOnly ? inner : undefined;
}

/** Whether each iteration has results of its own: a sum that both add to must not get two names. */
function hasOwnResults(body: readonly Statement[], inner: Loop): boolean {
  const results = new Set(body.flatMap((statement) => (statement.kind === "accumulator" ? [statement.register] : [])));
  return inner.body.every((statement) => statement.kind !== "accumulate" || results.has(statement.register));
}

function canBeJammed(statement: Statement): boolean {
  return !unjammable.has(statement.kind) && (statement.kind !== "accumulate" || jammed.has(statement.reduction));
}

/** Statements that can't be jammed. */
const unjammable: ReadonlySet<Statement["kind"]> = new Set<Statement["kind"]>([
  "update",
  "fill",
  "multiply",
  "mapRows",
]);

/** Reductions that two iterations can do side by side. */
const jammed: ReadonlySet<Reduction> = new Set<Reduction>(["sum", "total", "max"]);

function jam({ index, extent, body }: Loop, inner: Loop, registers: Counter): Loop {
  const own = ownRegisters(index, body);
  const second = new Map([...own].map((register) => [register, registers.next++]));
  const differs = (statement: Statement): boolean => statement.kind !== "let" || own.has(statement.register);
  const both = (statements: readonly Statement[]): Statement[] => [
    ...statements.map((statement) => jammedIn(statement, { index, number: 0, step: 2, renamed: new Map() })),
    ...statements
      .filter(differs)
      .map((statement) => jammedIn(statement, { index, number: 1, step: 2, renamed: second })),
  ];
  const position = body.indexOf(inner);
  return {
    kind: "loop",
    index,
    extent: (extent as number) / 2,
    body: [...both(body.slice(0, position)), { ...inner, body: both(inner.body) }, ...both(body.slice(position + 1))],
  };
}

/** A statement of one of the two iterations, which says so if it accumulates. */
function jammedIn(statement: Statement, iteration: Iteration): Statement {
  const written = inIteration(statement, iteration);
  return written.kind === "accumulate" ? { ...written, iteration: iteration.number as 0 | 1 } : written;
}

/** The registers that differ from iteration to iteration. */
function ownRegisters(index: number, body: readonly Statement[]): ReadonlySet<Register> {
  const own = new Set<Register>();
  for (const statement of allStatements(body)) {
    const isNew =
      statement.kind === "accumulator" ||
      (statement.kind === "let" && operandsOf(statement).some((operand) => isOwn(operand, index, own)));
    if (isNew) for (const register of registersOf(statement)) own.add(register);
  }
  return own;
}

/** Which arrays are transposed before a program, so that what a contraction loads for four iterations lies side by side? */
import {
  type Address,
  type Buffer,
  type Length,
  type Program,
  type Statement,
  type StatementOf,
  addLengths,
  allStatements,
  lengthKey,
  multiplyLengths,
} from "@symloss/loops";
import { type Contraction, contractionOf, dependentLoads, isReady } from "./contraction.ts";
import { strideOf } from "./registers.ts";

/** Adds a scratch buffer of a size to a plan. */
export type AddScratch = (size: Length) => Buffer;

/** A program, and the indices of the loops that are written as contractions. */
export interface Contracted {
  readonly program: Program;
  readonly contractions: ReadonlySet<number>;
}

/**
 * The program with what its contractions need transposed at its beginning. Only what is the same for all iterations around them is
 * transposed, as it is loaded again and again. The outermost loop is no contraction: that is the loop over the rows of a batch, and
 * how a row is summed must not depend on whether there are others.
 */
export function planContractions(program: Program, addScratch: AddScratch): Contracted {
  const rewriting: Rewriting = {
    addScratch,
    written: new Set(allStatements(program.body).flatMap(writtenBy)),
    transposed: new Map(),
    prologue: [],
    next: 1 + Math.max(...allStatements(program.body).map(largestNumber), -1),
    contractions: new Set(),
  };
  const body = rewriteAll(program.body, rewriting, 0);
  return { program: { body: [...rewriting.prologue, ...body] }, contractions: rewriting.contractions };
}

interface Rewriting {
  readonly addScratch: AddScratch;
  readonly written: ReadonlySet<Buffer>;
  /** What has been transposed already. */
  readonly transposed: Map<string, Buffer>;
  readonly prologue: Statement[];
  /** A number that no register and no index has. */
  next: number;
  readonly contractions: Set<number>;
}

function writtenBy(statement: Statement): readonly Buffer[] {
  if (statement.kind === "mapRows") return [statement.target];
  return statement.kind === "store" || statement.kind === "update" || statement.kind === "fill"
    ? [statement.buffer]
    : [];
}

function largestNumber(statement: Statement): number {
  switch (statement.kind) {
    case "let":
    case "accumulator":
      return Math.max(statement.register, "position" in statement ? (statement.position ?? -1) : -1);
    case "loop":
      return statement.index;
    case "multiply": {
      const { rows, columns, epilogue } = statement;
      const loops = [rows.line, rows.depth, columns.line, columns.depth, epilogue.row, epilogue.column];
      return Math.max(epilogue.element, ...loops.map(({ index }) => index));
    }
    default:
      return -1;
  }
}

function rewriteAll(statements: readonly Statement[], rewriting: Rewriting, depth: number): Statement[] {
  return statements.map((statement) => {
    if (statement.kind !== "loop") return statement;
    // Outside of all loops it runs once, and what it reads is read once.
    const contraction = depth === 0 ? undefined : contractionOf(statement);
    const rewritten = contraction === undefined ? undefined : rewriteLoads(statement, contraction, rewriting);
    return rewritten ?? { ...statement, body: rewriteAll(statement.body, rewriting, depth + 1) };
  });
}

function rewriteLoads(
  loop: StatementOf<"loop">,
  contraction: Contraction,
  rewriting: Rewriting,
): StatementOf<"loop"> | undefined {
  const { before, inner, after, index, extent } = contraction;
  if (isReady(contraction)) {
    rewriting.contractions.add(index);
    return loop;
  }
  const loads = dependentLoads(contraction);
  if (loads.length === 0 || !loads.every((load) => isTransposable(load, contraction, rewriting))) return undefined;
  rewriting.contractions.add(index);
  const body = inner.body.map((statement) =>
    loads.includes(statement as StatementOf<"let">)
      ? fromTransposed(statement as StatementOf<"let">, contraction, rewriting)
      : statement,
  );
  return { kind: "loop", index, extent, body: [...before, { ...inner, body }, ...after] };
}

/** Whether the address of a load consists of both indices and nothing else, in an array that the program does not write. */
function isTransposable(
  { expression }: StatementOf<"let">,
  { index, inner }: Contraction,
  { written }: Rewriting,
): boolean {
  if (expression.kind !== "load" || written.has(expression.buffer) || expression.buffer.dtype === "bool") return false;
  const indices = [index, inner.index];
  return expression.address.terms.every(({ operand }) => operand.kind === "index" && indices.includes(operand.index));
}

function fromTransposed(load: StatementOf<"let">, contraction: Contraction, rewriting: Rewriting): StatementOf<"let"> {
  const { expression } = load;
  if (expression.kind !== "load") return load;
  const { index, inner, extent } = contraction;
  const width = widthOf(extent);
  const buffer = transposedOf(expression.buffer, expression.address, contraction, rewriting);
  const terms = [
    { operand: { kind: "index", index: inner.index } as const, stride: width },
    { operand: { kind: "index", index } as const, stride: 1 },
  ];
  return { ...load, expression: { kind: "load", buffer, address: { constant: 0, terms } } };
}

/** The length of a line, in which a whole vector can be read wherever an element is. */
function widthOf(extent: Length): Length {
  return typeof extent === "number" ? Math.ceil(extent / 4) * 4 : addLengths(extent, 3);
}

/** The transposed array: a line for each index of the inner loop. The loops that fill it are added to the prologue. */
function transposedOf(
  buffer: Buffer,
  { constant, ...address }: Address,
  { index, extent, inner }: Contraction,
  rewriting: Rewriting,
): Buffer {
  const [across, along] = [strideOf({ constant, ...address }, index), strideOf({ constant, ...address }, inner.index)];
  const key = [buffer.id, ...[constant, across, along, extent, inner.extent].map(lengthKey)].join(" ");
  const known = rewriting.transposed.get(key);
  if (known !== undefined) return known;
  const width = widthOf(extent);
  const made = rewriting.addScratch(multiplyLengths(width, inner.extent));
  rewriting.transposed.set(key, made);
  const [line, column, register] = [rewriting.next++, rewriting.next++, rewriting.next++];
  const at = (lineStride: Length, columnStride: Length, start: Length): Address => ({
    constant: start,
    terms: [
      { operand: { kind: "index", index: line }, stride: lineStride },
      { operand: { kind: "index", index: column }, stride: columnStride },
    ],
  });
  const load = { kind: "load", buffer, address: at(along, across, constant) } as const;
  const dtype = buffer.unrounded ?? buffer.dtype;
  const body: Statement[] = [
    { kind: "let", register, expression: load, dtype },
    { kind: "store", buffer: made, address: at(width, 1, 0), value: { kind: "register", register } },
  ];
  const columns: Statement = { kind: "loop", index: column, extent, body };
  rewriting.prologue.push({ kind: "loop", index: line, extent: inner.extent, body: [columns] });
  return made;
}

/** What does a plan look like, for a reader? */
import { bytesPerElement, formatDType } from "@symloss/core/engine";
import type { Atom, Buffer, Expression, LoopPlan, Nest, Place, Statement } from "./program.ts";

/** The programs line by line, then the bytes of what lies between and of scratch. */
export function describePlan({ buffers, programs }: LoopPlan): string {
  const text = programs.map(({ body }, index) => `program ${index + 1}\n${describeAll(body, "  ")}`).join("\n");
  return `${text}\n${programs.length} ${programs.length === 1 ? "program" : "programs"}, ${bytesOf(buffers, "intermediate")} bytes between programs, ${bytesOf(buffers, "scratch")} bytes of scratch`;
}

/** The bytes of all buffers of a kind. */
export function bytesOf(buffers: readonly Buffer[], kind: Buffer["kind"]): number {
  return buffers.reduce(
    (sum, buffer) => (buffer.kind === kind ? sum + buffer.size * bytesPerElement[buffer.dtype] : sum),
    0,
  );
}

function describeAll(statements: readonly Statement[], indent: string): string {
  return statements.map((statement) => indent + describe(statement, indent)).join("\n");
}

function describe(statement: Statement, indent: string): string {
  switch (statement.kind) {
    case "let":
      return `%${statement.register} = ${describeExpression(statement.expression)} : ${formatDType(statement.dtype)}`;
    case "accumulator":
      return `%${statement.register}${statement.position === undefined ? "" : `, %${statement.position}`} = ${statement.reduction} of`;
    case "accumulate":
      return `${statement.reduction} %${statement.register} <- ${describeAtom(statement.value)}`;
    case "loop":
      return `for i${statement.index} to ${statement.extent}\n${describeAll(statement.body, `${indent}  `)}`;
    case "fill":
      return `${nameOf(statement.buffer)}[all] = ${statement.value}`;
    case "store":
      return `${nameOf(statement.buffer)}[${describePlace(statement.place)}] = ${describeAtom(statement.value)}`;
    case "multiply":
      return describeProduct(statement, indent);
    case "update":
      return `${statement.reduction} ${nameOf(statement.buffer)}[${describePlace(statement.place)}] <- ${describeAtom(statement.value)}`;
  }
}

function describeProduct(product: Extract<Statement, { kind: "multiply" }>, indent: string): string {
  const { depth, rows, columns, sums, row, column, element } = product;
  const nests = [
    `multiply ${rows.count} by ${depth} by ${columns.count}`,
    describeNest(rows.line, rows.count, indent),
    describeNest(rows.depth, depth, `${indent}  `),
    `${indent}    ${nameOf(rows.block)}[packed] = ${describeAtom(rows.element)}`,
    describeNest(columns.line, columns.count, indent),
    describeNest(columns.depth, depth, `${indent}  `),
    `${indent}    ${nameOf(columns.block)}[packed] = ${describeAtom(columns.element)}`,
    describeNest(row, rows.count, indent),
    `${indent}  for i${column.index} to ${columns.count}`,
    `${indent}    %${element} = ${nameOf(sums)}[packed]`,
    describeAll(column.body, `${indent}    `),
  ];
  return nests.join("\n");
}

function describeNest({ index, body }: Nest, extent: number, indent: string): string {
  const loop = `${indent}for i${index} to ${extent}`;
  return body.length === 0 ? loop : `${loop}\n${describeAll(body, `${indent}  `)}`;
}

function describeExpression(expression: Expression): string {
  switch (expression.kind) {
    case "apply":
      return `${expression.operation} ${expression.operands.map(describeAtom).join(" ")}`;
    case "load":
      return `${nameOf(expression.buffer)}[${describePlace(expression.place)}]`;
    case "place":
      return describePlace(expression.place);
  }
}

function describeAtom(atom: Atom): string {
  switch (atom.kind) {
    case "constant":
      return String(atom.value);
    case "register":
      return `%${atom.register}`;
    case "index":
      return `i${atom.index}`;
  }
}

function describePlace({ constant, terms }: Place): string {
  const parts = terms.map(({ atom, stride }) =>
    stride === 1 ? describeAtom(atom) : `${stride} ${describeAtom(atom)}`,
  );
  if (constant !== 0 || parts.length === 0) parts.push(String(constant));
  return parts.join(" + ");
}

function nameOf({ kind, id, position }: Buffer): string {
  return `${kind}${position ?? id}`;
}

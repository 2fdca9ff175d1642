/** How are programs printed for a reader? */
import { bytesPerElement, formatDType } from "@symloss/core/engine";
import { type Length, addLengths, formatLength, multiplyLengths } from "./length.ts";
import type {
  Address,
  Buffer,
  Expression,
  LoopBody,
  Operand,
  Program,
  RowOperation,
  Rows,
  Statement,
  StatementOf,
} from "./program.ts";

/** The programs line by line. */
export function describePrograms(programs: readonly Program[]): string {
  return programs.map(({ body }, index) => `program ${index + 1}\n${describeAll(body, "  ")}`).join("\n");
}

/** The bytes of all buffers of a kind. */
export function bytesOf<L extends Length>(buffers: readonly Buffer<L>[], kind: Buffer["kind"]): L;
export function bytesOf(buffers: readonly Buffer[], kind: Buffer["kind"]): Length {
  return buffers.reduce<Length>(
    (sum, buffer) =>
      buffer.kind === kind && buffer.shares === undefined
        ? addLengths(sum, multiplyLengths(buffer.size, bytesPerElement[buffer.dtype]))
        : sum,
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
      return `${statement.reduction} %${statement.register} <- ${describeOperand(statement.value)}`;
    case "loop":
      return `for i${statement.index} to ${formatLength(statement.extent)}\n${describeAll(statement.body, `${indent}  `)}`;
    case "fill":
      return `${nameOf(statement.buffer)}[all] = ${statement.value}`;
    case "store":
      return `${nameOf(statement.buffer)}[${describeAddress(statement.address)}] = ${describeOperand(statement.value)}`;
    case "multiply":
      return describeProduct(statement, indent);
    case "mapRows": {
      const { operation, source, target, rows } = statement;
      return `${nameOf(target)} = ${describeRows(operation, rows)} of ${nameOf(source)}`;
    }
    case "update":
      return `${statement.reduction} ${nameOf(statement.buffer)}[${describeAddress(statement.address)}] <- ${describeOperand(statement.value)}`;
  }
}

/** The operation on rows, and how many there are. */
export function describeRows(operation: RowOperation, { outer, length, inner }: Rows): string {
  const isReversed = operation.kind === "argsort" ? operation.descending : operation.reverse;
  const order = operation.kind === "argsort" ? " descending" : " in reverse";
  return `${operation.kind}${isReversed ? order : ""} ${formatLength(multiplyLengths(outer, inner))} by ${formatLength(length)}`;
}

function describeProduct(product: StatementOf<"multiply">, indent: string): string {
  const { depth, rows, columns, sums, epilogue } = product;
  const { row, column, element } = epilogue;
  const lines = [
    `multiply ${[rows.count, depth, columns.count].map(formatLength).join(" by ")}`,
    ...[rows, columns].flatMap((panel) => [
      describeLoop(panel.line, panel.count, indent),
      describeLoop(panel.depth, depth, `${indent}  `),
      `${indent}    ${nameOf(panel.buffer)}[packed] = ${describeOperand(panel.element)}`,
    ]),
    describeLoop(row, rows.count, indent),
    `${indent}  for i${column.index} to ${formatLength(columns.count)}`,
    `${indent}    %${element} = ${nameOf(sums)}[packed]`,
    describeAll(column.body, `${indent}    `),
  ];
  return lines.join("\n");
}

function describeLoop({ index, body }: LoopBody, extent: Length, indent: string): string {
  const loop = `${indent}for i${index} to ${formatLength(extent)}`;
  return body.length === 0 ? loop : `${loop}\n${describeAll(body, `${indent}  `)}`;
}

function describeExpression(expression: Expression): string {
  switch (expression.kind) {
    case "apply":
      return `${expression.operation} ${expression.operands.map(describeOperand).join(" ")}`;
    case "load":
      return `${nameOf(expression.buffer)}[${describeAddress(expression.address)}]`;
    case "address":
      return describeAddress(expression.address);
  }
}

function describeOperand(operand: Operand): string {
  switch (operand.kind) {
    case "constant":
      return factorText(operand.value);
    case "register":
      return `%${operand.register}`;
    case "index":
      return `i${operand.index}`;
  }
}

function describeAddress({ constant, terms }: Address): string {
  const parts = terms.map(({ operand, stride }) =>
    stride === 1 ? describeOperand(operand) : `${factorText(stride)} ${describeOperand(operand)}`,
  );
  if (constant !== 0 || parts.length === 0) parts.push(formatLength(constant));
  return parts.join(" + ");
}

/** In parentheses if it is a sum. */
function factorText(length: Length): string {
  return typeof length === "number" || length.terms.length === 1 ? formatLength(length) : `(${formatLength(length)})`;
}

function nameOf({ kind, id, position, shares }: Buffer): string {
  return `${kind}${position ?? shares?.id ?? id}`;
}

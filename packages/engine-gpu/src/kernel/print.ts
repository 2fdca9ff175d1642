/** How is a kernel printed in gpu.js's language? It is printed last, once it is final: nothing is derived from the text. */
import type { Expression, Operation } from "./expression.ts";
import type { TextureShape } from "./layout.ts";
import { type Source, callSource, integerSource, joinSources, nameSource, operatorSource, source } from "./source.ts";
import type { Loop, Statement, Update } from "./statement.ts";

/** The source of an expression. */
export function printExpression(expression: Expression): Source {
  if (expression.kind === "literal") return expression.text;
  if (expression.kind === "name") return nameSource(expression.letter, expression.number);
  return printOperation(expression, expression.operands.map(printExpression));
}

function printOperation(operation: Operation, operands: readonly Source[]): Source {
  const [first, second] = operands as [Source, Source];
  switch (operation.kind) {
    case "call":
      return callSource(operation.name, operands);
    case "binary":
      return source`(${first} ${operatorSource(operation.operator)} ${second})`;
    case "element":
      return source`${first}[${second}]`;
    case "less":
      return source`${first} < ${second}`;
    case "scaled":
      return source`${first}*${second}`;
    case "negation":
      return source`(-${first})`;
    case "product":
      return joinSources(operands, " * ");
    case "sum":
      return printSum(joinSources(operands, "+"), operation.constant);
  }
}

function printSum(sum: Source, constant: number): Source {
  if (constant === 0) return source`(${sum})`;
  return constant < 0 ? source`(${sum}-${integerSource(-constant)})` : source`(${sum}+${integerSource(constant)})`;
}

/** The lines of the statements. */
export function printStatements(statements: readonly Statement[]): Source[] {
  return statements.flatMap((statement) => {
    switch (statement.kind) {
      case "definition":
        return [source`const ${printExpression(statement.name)} = ${printExpression(statement.expression)};`];
      case "accumulator":
        return [source`let ${printExpression(statement.name)} = ${printExpression(statement.initial)};`];
      case "update":
        return [printUpdate(statement)];
      case "loop":
        return printLoop(statement);
    }
  });
}

function printUpdate({ name, reducer, term }: Update): Source {
  const [sum, next] = [printExpression(name), printExpression(term)];
  return reducer === "sum" ? source`${sum} += ${next};` : source`${sum} = Math.max(${sum}, ${next});`;
}

function printLoop({ variable, count, condition, body }: Loop): Source[] {
  const [index, lines] = [printExpression(variable), printStatements(body)];
  return [
    source`for (let ${index} = 0; ${index} < ${integerSource(count)}; ${index}++) {`,
    ...(condition === undefined ? lines : [source`if (${printExpression(condition)}) {`, ...lines, source`}`]),
    source`}`,
  ];
}

/** A kernel's parts, without its arguments. */
export interface Printable {
  readonly statements: readonly Statement[];
  /** The texels that it fills, as four expressions each. */
  readonly outputs: readonly (readonly Expression[])[];
}

/** A kernel as a device compiles it. */
export interface PrintedKernel {
  readonly source: Source;
  /** How many textures it fills, all of the shape `output`. */
  readonly outputs: number;
  readonly output: TextureShape;
}

/** The function of a kernel with this many arguments. It returns its first texel, and passes the others to functions of their own. */
export function printKernel({ statements, outputs }: Printable, argumentCount: number): Source {
  const parameters = Array.from({ length: argumentCount }, (_, index) => nameSource("a", index));
  const [first, ...others] = outputs.map((texel) => joinSources(texel.map(printExpression), ", "));
  const names = outputNames(outputs.length);
  const lines = [
    source`function(${joinSources(parameters, ", ")}) {`,
    ...printStatements(statements),
    ...others.map((texel, index) => source`${callSource(names[index]!, [texel])};`),
    source`return [${first!}];`,
    source`}`,
  ];
  return joinSources(lines, "\n");
}

/** The functions with which a kernel fills its outputs other than the first, which it returns. */
export function outputNames(outputs: number): string[] {
  return Array.from({ length: outputs - 1 }, (_, index) => `output${index + 1}`);
}

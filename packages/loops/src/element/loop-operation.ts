/** Which operations are translated to elements, and which are first rewritten using others? */
import {
  type BinaryOperation,
  type NodeOf,
  type Operation,
  type UnaryOperation,
  allOperations,
  binaryOperations,
  unaryOperations,
} from "@symloss/core/engine";

/** As passes over rows, so that a value and its gradient share them; and scans, step by step. */
const rewritten = ["softmax", "logSoftmax", "logSumExp", "scan"] as const;

/** An operation that is translated to elements. */
export type LoopOperation = Exclude<Operation, (typeof rewritten)[number]>;

/** All of them. */
export const loopOperations: readonly LoopOperation[] = allOperations.filter(
  (operation): operation is LoopOperation => !(rewritten as readonly Operation[]).includes(operation),
);

/** A function of a node for each operation; a missing row does not compile. */
export type OperationTable<Arguments extends readonly unknown[], Result> = {
  readonly [O in LoopOperation]: (node: NodeOf<O>, ...rest: Arguments) => Result;
};

/** The row for a node. */
export function rowOf<Arguments extends readonly unknown[], Result>(
  table: OperationTable<Arguments, Result>,
  { operation }: { readonly operation: string },
): (node: unknown, ...rest: Arguments) => Result {
  return table[operation as LoopOperation] as (node: unknown, ...rest: Arguments) => Result;
}

/** One row for all operations on single numbers. */
export function forElementwise<Row>(row: Row): { readonly [O in UnaryOperation | BinaryOperation]: Row } {
  const entries = [...unaryOperations, ...binaryOperations].map((operation) => [operation, row] as const);
  return Object.fromEntries(entries) as { [O in UnaryOperation | BinaryOperation]: Row };
}

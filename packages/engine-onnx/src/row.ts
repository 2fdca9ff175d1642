/** What does the table of operations contain for each? */
import type { DType, NodeOf, Operation, Shape } from "@symloss/core/engine";
import type { ModelValue, Writer } from "./writer.ts";

/** Writes the nodes of an operation on these operands. */
export type Row<O extends Operation> = (writer: Writer, operands: readonly ModelValue[], node: NodeOf<O>) => ModelValue;

/** The operand expanded to its whole shape. */
export function fullOperand(
  writer: Writer,
  operands: readonly ModelValue[],
  node: NodeOf<Operation>,
  index = 0,
): string {
  return writer.full(operands[index]!, node.inputs[index]!.shape);
}

/** A value with the node's own shape and dtype. */
export function valueOf(name: string, { shape, dtype }: { readonly shape: Shape; readonly dtype: DType }): ModelValue {
  return { name, type: dtype, shape };
}

/** What does the table of operations say about each? */
import type { DType, Operation, OperationAttributes, TypedArray } from "@symloss/core/engine";
import type { Layout } from "./layout.ts";

/** Fills a result, which is new (zeros) and row-major, from the arrays of the operands. */
export type Fill = (result: TypedArray, ...operands: TypedArray[]) => void;

/** The elements of a result are either computed into a new array, or already lie in the array of the first operand. */
export type Computed = { readonly fill: Fill } | { readonly view: Layout };

/** The type of a result. */
export interface ResultType {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** How an operation's result is computed for operands with these layouts. All shape arithmetic is done here, before anything runs. */
export type Row<O extends Operation> = (
  operands: readonly Layout[],
  attributes: OperationAttributes[O],
  result: ResultType,
) => Computed;

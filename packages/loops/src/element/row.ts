/** What is a row of the table of operations? */
import type { NodeOf } from "@symloss/core/engine";
import type { Affine, Element } from "./element.ts";
import type { LoopOperation, OperationTable } from "./loop-operation.ts";
import type { Context } from "./store.ts";

/** An element of a node, from elements of its operands. */
export type Row<O extends LoopOperation> = (node: NodeOf<O>, index: readonly Affine[], context: Context) => Element;

/** A row for each operation. */
export type Rows = OperationTable<readonly [index: readonly Affine[], context: Context], Element>;

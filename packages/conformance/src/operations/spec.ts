/** What is a case of a single operation? The operations and dtypes it needs, and what must agree with the oracle. */
import type { DType, Engine, NDArray } from "@symloss/core";
import { type OperandKind, type Operation, operationFacts } from "@symloss/core/engine";
import { expectAgreement } from "../compute.ts";
import type { TensorFunction } from "../oracle/predict.ts";

/** A case that is not yet bound to an engine. */
export interface OperationSpec {
  readonly name: string;
  /** What it tests. */
  readonly operations: readonly Operation[];
  /** The engine must have them all. */
  readonly dtypes: readonly DType[];
  /** Whether operands or results are NaN or infinite; only for engines that carry them. */
  readonly nonFinite?: boolean;
  readonly run: (engine: Engine) => Promise<void>;
}

/** A function of arrays that must agree with the oracle. */
export interface Check {
  readonly what: string;
  readonly fn: TensorFunction;
  readonly arrays: readonly NDArray[];
}

/** The run of a case whose checks must all agree with the oracle; they are created only when it runs. */
export function agree(makeChecks: () => readonly Check[]): OperationSpec["run"] {
  return async (engine) => {
    for (const { what, fn, arrays } of makeChecks()) await expectAgreement(what, engine, fn, arrays);
  };
}

/** The dtypes of numbers. */
export const numberTypes: readonly DType[] = ["float32", "float64", "int32"];
/** The dtypes that have gradients. */
export const floatTypes: readonly DType[] = ["float32", "float64"];
/** Every dtype. */
export const allTypes: readonly DType[] = ["float32", "float64", "int32", "bool"];

const typesOfKind: { readonly [Kind in OperandKind]: readonly DType[] } = {
  any: allTypes,
  number: numberTypes,
  float: floatTypes,
  bool: ["bool"],
  int32: ["int32"],
};

/** The possible dtypes of an operation's first operand. */
export function operandTypes(operation: Operation): readonly DType[] {
  const { operands } = operationFacts[operation];
  const kind = typeof operands === "string" ? operands : operands[0];
  return kind === undefined ? [] : typesOfKind[kind];
}

/** Scalars, single elements, primes, sizes around and beyond a vector's width, and empty arrays. */
export const shapes: readonly (readonly number[])[] = [
  [],
  [1],
  [3],
  [7],
  [17],
  [31],
  [33],
  [1003],
  [2, 3, 5],
  [1, 1],
  [0],
  [3, 0],
];

/** Which precision do numbers and lists of them take among the arguments of a function? That of the arrays they meet. */
import { isFloat } from "../array/dtype.ts";
import type { Leaf } from "../array/tree.ts";
import { asTensor, isLiteral, toDType } from "../tensor/operand.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
import { isFloat64 } from "./arguments.ts";

/** The dtype of numbers. */
export type Precision = "float32" | "float64";

/** What an attempt gives, with numbers in float64 if another argument is, or if it turns out that the function meets it inside. */
export function inPrecision<R>(
  leaves: readonly Leaf[],
  attempt: (precision: Precision) => R,
  meetsFloat64: (result: R) => boolean,
): R {
  if (leaves.some(({ value }) => isFloat64(value))) return attempt("float64");
  const first = attempt("float32");
  return meetsFloat64(first) && leaves.some(({ value }) => isLiteral(value)) ? attempt("float64") : first;
}

/** An argument as a tensor, in this precision if it is a number or a list of them. */
export function argumentTensor(caller: string, path: string, value: unknown, precision: Precision): Tensor {
  const tensor = asTensor(value as TensorLike, caller, path);
  return isLiteral(value) && isFloat(tensor.dtype) ? toDType(tensor, precision) : tensor;
}

/** What do generated modules take from outside: the functions of numbers that are computed in float64, one at a time. */
import { unaryScalar } from "@symloss/core/engine";
import { type Expression, f64x2, lane } from "../assembler/expression.ts";
import type { Import } from "../assembler/module.ts";

/** The name of a function of the library. */
export type LibraryFunction =
  | "exp"
  | "expm1"
  | "log"
  | "log1p"
  | "tanh"
  | "erf"
  | "atan"
  | "lgamma"
  | "digamma"
  | "pow";

/** By the names that modules use; a function is called by its position here. */
export const library: Readonly<Record<LibraryFunction, (x: number, y: number) => number>> = {
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  tanh: Math.tanh,
  erf: unaryScalar.erf,
  atan: Math.atan,
  lgamma: unaryScalar.lgamma,
  digamma: unaryScalar.digamma,
  pow: Math.pow,
};

const names = Object.keys(library) as readonly LibraryFunction[];

/** The imports of every module. */
export const libraryImports: readonly Import[] = names.map((name) => ({
  name,
  signature: { parameters: name === "pow" ? ["f64", "f64"] : ["f64"], result: "f64" },
}));

function callLibrary(name: LibraryFunction, ...operands: readonly Expression<"f64">[]): Expression<"f64"> {
  return { type: "f64", operands, bytes: [0x10, names.indexOf(name)] };
}

/** Calls a function of the library for each of two lanes. */
export function callForDoubles(name: LibraryFunction, ...operands: readonly Expression<"v128">[]): Expression<"v128"> {
  const at = (index: number): Expression<"f64"> =>
    callLibrary(name, ...operands.map((operand) => lane("f64x2.extract_lane", index, operand)));
  return lane("f64x2.replace_lane", 1, f64x2.splat(at(0)), at(1));
}

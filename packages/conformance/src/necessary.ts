/** Which operations must an engine have: to be one at all, and to run everything? */
import { type Operation, allOperations } from "@symloss/core/engine";

/** The operations that every engine must have: the self-test of each factory needs them, and so do the cases of the lifecycle. */
export const requiredOperations: readonly Operation[] = [
  "input",
  "constant",
  "reshape",
  "broadcastTo",
  "add",
  "mul",
  "div",
  "exp",
  "sum",
  "max",
];

/**
 * The operations that core can't say in others. An engine that has them all, in float32, int32 and bool, runs everything that those
 * dtypes can hold; where one is missing, the cases that need it are skipped.
 */
export const irreducibleOperations: readonly Operation[] = [
  ...requiredOperations,
  "cast",
  "concat",
  "equal",
  "less",
  "log",
  "pow",
  "slice",
  "sqrt",
  "transpose",
  "where",
];

/** The operations that core says in others, for engines that lack them. `dimensionSize` is in no graph whose lengths are numbers. */
export const lowerableOperations: readonly Operation[] = allOperations.filter(
  (operation) => operation !== "dimensionSize" && !irreducibleOperations.includes(operation),
);

/** Which operations must an engine have to work at all, and which to run everything? */
import { type Operation, type OperationNeed, allOperations, operationFacts } from "@symloss/core/engine";

/** The operations that every engine must have: the self-test of each factory and the lifecycle cases need them. */
export const requiredOperations: readonly Operation[] = operationsOf("required");

/**
 * The operations that core can't rewrite using others. An engine that has them all, in float32, int32 and bool, runs everything that
 * those dtypes can hold; if one is missing, the cases that need it are skipped.
 */
export const irreducibleOperations: readonly Operation[] = [...requiredOperations, ...operationsOf("irreducible")];

/** The operations that core rewrites using others, for engines that lack them. */
export const lowerableOperations: readonly Operation[] = operationsOf("lowerable");

function operationsOf(need: OperationNeed): Operation[] {
  return allOperations.filter((operation) => operationFacts[operation].need === need);
}

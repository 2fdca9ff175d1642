/** Which options take a whole number, or what each row has? */
import { DTypeError, OutOfRangeError } from "@symloss/core";
import { type OptionRule, describe } from "@symloss/core/engine";

/** An integer from 1 up to this. */
export function integerRule(most: number = Number.MAX_SAFE_INTEGER): OptionRule {
  return {
    must: most === Number.MAX_SAFE_INTEGER ? "an integer from 1" : `an integer from 1 to ${most}`,
    holds: (value) => Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= most,
    error: OutOfRangeError,
    show: describe,
  };
}

/** A number of each row; as what it is read is said where it is read. */
export const rowsRule: OptionRule = {
  must: "an array or a tensor",
  holds: (value) => value !== null,
  error: DTypeError,
  show: describe,
};

/** Which arguments do the functions of the suite accept, and how does a message say so? */
import { DTypeError, OutOfRangeError } from "@symloss/core";
import { type OptionRule, functionRule } from "@symloss/core/engine";

/** A required function that makes an engine. */
export const factoryRule: OptionRule = { ...functionRule, must: "a function that makes an engine" };

/** A case. */
export const caseRule: OptionRule = {
  must: "a case of conformanceCases",
  holds: (value) => holdsAll(value, { name: "string", group: "string", run: "function" }),
  error: DTypeError,
};

/** An expected failure. */
export const failureRule: OptionRule = {
  must: "the name of a case, or a regular expression, and a reason",
  holds: (value) =>
    holdsAll(value, { reason: "string" }) &&
    ((value as Item)["case"] instanceof RegExp || typeof (value as Item)["case"] === "string"),
  error: DTypeError,
};

/** A list whose elements all satisfy a rule. */
export function listOf(rule: OptionRule): OptionRule {
  return {
    ...rule,
    must: `a list, each of it ${rule.must}`,
    holds: (value) => Array.isArray(value) && Array.from(value).every((item) => rule.holds(item)),
  };
}

/** An integer from `smallest` to 2^31 - 1. */
export function integerRule(smallest: number): OptionRule {
  return {
    must: `an integer from ${smallest} to 2147483647`,
    holds: (value) => Number.isInteger(value) && (value as number) >= smallest && (value as number) <= 2147483647,
    error: OutOfRangeError,
  };
}

/** One of these strings, required. */
export function choiceRule(choices: readonly string[]): OptionRule {
  return {
    must: choices.map((choice) => JSON.stringify(choice)).join(" or "),
    holds: (value) => typeof value === "string" && choices.includes(value),
    error: OutOfRangeError,
    required: true,
  };
}

type Item = Readonly<Record<string, unknown>>;

/** Whether a value is an object whose properties have these types. */
export function holdsAll(value: unknown, types: Readonly<Record<string, string>>): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(types).every(([name, type]) => typeof (value as Item)[name] === type);
}

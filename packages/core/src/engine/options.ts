/** What is accepted as an engine? */
import type { Engine } from "./contract.ts";
import { DTypeError } from "../array/errors.ts";
import type { OptionRule } from "../array/options.ts";

/** A required engine. */
export const engineRule: OptionRule = {
  must: "an engine",
  holds: isEngine,
  error: DTypeError,
  required: true,
  help: (value) => {
    if (value instanceof Promise) return "Await it.";
    if (typeof value === "function") return "Call it and await what it returns.";
    return value === undefined || value === null ? "Make one, with await cpu() for instance, and pass it." : "";
  },
};

/** Whether a value has the members of an engine that shared code uses. */
export function isEngine(value: unknown): value is Engine {
  if (typeof value !== "object" || value === null) return false;
  const { name, traits, compile, upload } = value as Partial<Engine>;
  if (typeof name !== "string" || typeof compile !== "function" || typeof upload !== "function") return false;
  return Array.isArray(traits?.operations) && Array.isArray(traits.dtypes);
}

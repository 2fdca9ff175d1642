/**
 * Which losses are there? The list that tools go through: each loss by its name, with what it is called with as data.
 */
import type { Tensor, TensorLike } from "@symloss/core";
import { isRecord } from "@symloss/core/engine";
import type { LossDefinition } from "./definition.ts";
import * as families from "./families.ts";

/** A loss whose arguments and options are known by name only when it is called; it checks them as ever. */
export interface AnyLoss {
  readonly definition: LossDefinition;
  /** A single result bare, several in a record, as `definition.results` says. */
  (
    named: Readonly<Record<string, TensorLike>>,
    options?: Readonly<Record<string, unknown>>,
  ): Tensor | Readonly<Record<string, Tensor>>;
}

/** The name of a loss of the catalogue. */
export type LossName = {
  [Name in keyof typeof families]: (typeof families)[Name] extends { readonly definition: LossDefinition }
    ? Name
    : never;
}[keyof typeof families];

/** The losses by name. Whoever imports this imports them all. */
export const losses: Readonly<Record<LossName, AnyLoss>> = /* @__PURE__ */ catalogueOf(families);

/**
 * In alphabetical order: that of a module's exports is not the same everywhere. What each loss accepts is narrower than any record, and
 * is checked when it is called.
 */
function catalogueOf(exports: Readonly<Record<string, unknown>>): Readonly<Record<LossName, AnyLoss>> {
  const names = Object.keys(exports).toSorted();
  const entries = names.map((name) => [name, exports[name]] as const).filter(([, value]) => isLoss(value));
  return Object.fromEntries(entries) as Readonly<Record<LossName, AnyLoss>>;
}

/** Whether a value is a loss, of the catalogue or another, from this copy of the package or another. */
export function isLoss(value: unknown): value is AnyLoss {
  if (typeof value !== "function" || !("definition" in value)) return false;
  const { definition } = value;
  if (!isRecord(definition) || typeof definition["name"] !== "string") return false;
  return Array.isArray(definition["arguments"]) && isRecord(definition["options"]) && isRecord(definition["results"]);
}

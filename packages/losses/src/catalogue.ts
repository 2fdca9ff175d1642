/**
 * Which losses are there? The list that tools go through: each loss by its name, with what it is called with as data.
 */
import type { Tensor, TensorLike } from "@symloss/core";
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

function catalogueOf(exports: Readonly<Record<string, unknown>>): Readonly<Record<LossName, AnyLoss>> {
  const entries = Object.entries(exports).filter(([, value]) => typeof value === "function" && "definition" in value);
  // What each accepts is narrower than any record, and is checked when it is called.
  return Object.fromEntries(entries) as unknown as Readonly<Record<LossName, AnyLoss>>;
}

/** Which of two formulas is meant, where SymJAX differs from what the papers derive? */

/** SymJAX's own numbers, or the evidence lower bound that the mathematics gives. */
export type Formula = "symjax" | "corrected";

/** The options that each variational loss has. */
export interface FormulaOptions {
  /** SymJAX's own numbers, "symjax" (default), or the right evidence lower bound, "corrected". */
  readonly formula?: Formula | undefined;
}

/** The option's definition. */
export const formulaOption = { kind: "choice", choices: ["symjax", "corrected"], default: "symjax" } as const;

/** Which of two formulas is meant, where SymJAX differs from what the papers derive? */

/** SymJAX's own numbers, or the evidence lower bound that the mathematics gives. */
export type Formula = FormulaOption["choices"][number];

/** The type of the option, for declarations that name it. */
export type FormulaOption = typeof formulaOption;

/** The option's definition. */
export const formulaOption = { kind: "choice", choices: ["symjax", "corrected"], default: "symjax" } as const;

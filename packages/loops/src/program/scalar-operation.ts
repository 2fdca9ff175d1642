/** Which operations on single numbers do programs have, and what must a scheduler know about each? */
import type { BinaryOperation, UnaryOperation } from "@symloss/core/engine";

/** Core's operations on single numbers, of which relu may have |x| as a second operand, and those that only programs have. */
export type ScalarOperation =
  | Exclude<UnaryOperation, ExpandedOperation>
  | BinaryOperation
  | "where"
  /** Rounds to float32: operands of comparisons, so that numbers tie where they tie as float32. */
  | "round"
  /** To an integer: truncated, saturated, 0 for NaN. */
  | "toInt32"
  | "toBool"
  /** The same number as another dtype, which holds it. */
  | "convert"
  /** (x, y): x if x <= y, else y, so that y is taken against NaN. */
  | "lesser"
  /** As lesser, for x from 0 and a positive constant y. */
  | "minNonNegative"
  /** exp(x) for x to 0. */
  | "expNonPositive"
  /** (condition): the factor -1 if it holds, else 1. */
  | "flip"
  /** log(1 + x) for x from 0 to 1. */
  | "log1pOfUnit"
  /** (x, y, index, target): whether x at the index, and not y at the target, is the first largest, as far as these two can tell. */
  | "beats"
  /** (index, last): the index, at least 0 and at most the last. */
  | "clampIndex";

/** Operations of core that elements expand into others. */
type ExpandedOperation = "sigmoid" | "softplus";

interface ScalarFacts {
  /** Roughly how much it costs, in additions. */
  readonly cost: number;
  /** Whether a float32 result, which is computed in float64, is exactly representable in float32. */
  readonly exact: "never" | "ifOperandsAre" | "always";
}

const arithmetic: ScalarFacts = { cost: 1, exact: "never" };
const choice: ScalarFacts = { cost: 1, exact: "ifOperandsAre" };

/** The facts about each operation. */
export const scalarFacts: { readonly [O in ScalarOperation]: ScalarFacts } = {
  neg: choice,
  abs: choice,
  sign: choice,
  exp: { cost: 10, exact: "never" },
  expm1: { cost: 20, exact: "never" },
  log: { cost: 10, exact: "never" },
  log1p: { cost: 20, exact: "never" },
  sqrt: { cost: 4, exact: "never" },
  tanh: { cost: 20, exact: "never" },
  erf: { cost: 20, exact: "never" },
  atan: { cost: 20, exact: "never" },
  lgamma: { cost: 50, exact: "never" },
  digamma: { cost: 50, exact: "never" },
  relu: choice,
  logicalNot: arithmetic,

  add: arithmetic,
  sub: arithmetic,
  mul: arithmetic,
  div: { cost: 4, exact: "never" },
  pow: { cost: 30, exact: "never" },
  maximum: choice,
  minimum: choice,
  equal: arithmetic,
  less: arithmetic,
  lessEqual: arithmetic,
  logicalAnd: arithmetic,
  logicalOr: arithmetic,

  where: choice,
  round: { cost: 1, exact: "always" },
  toInt32: arithmetic,
  toBool: arithmetic,
  convert: choice,
  lesser: choice,
  minNonNegative: choice,
  expNonPositive: { cost: 10, exact: "never" },
  flip: choice,
  log1pOfUnit: { cost: 10, exact: "never" },
  beats: { cost: 3, exact: "never" },
  clampIndex: arithmetic,
};

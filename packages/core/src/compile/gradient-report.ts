/** Which gradients are not the slopes of their function, and how is that said? */
import { print } from "../array/describe.ts";
import { GradientError } from "../array/errors.ts";
import { type Accuracy, type Estimate, type Slope, isClose } from "./slope.ts";

const caller = "checkGradients";

/** A derivative, and the slope that it was compared with. */
export interface CheckedDerivative {
  /** `argument 0.weights` */
  readonly argument: string;
  readonly index: readonly number[];
  /** 1 for the gradient, 2 for the gradient of the gradient. */
  readonly order: 1 | 2;
  /** Of the element of the results that depends on it; of the weighted sum of them if there are several. */
  readonly gradient: number;
  readonly weighted: boolean;
  /** From differences; at a kink both slopes, below and above the element. */
  readonly slope: number | readonly [below: number, above: number];
  /** By how much the slope may be wrong. */
  readonly slopeError: number;
  /** The difference between gradient and slope as a share of the larger. */
  readonly error: number;
}

/** What `checkGradients` found: no gradient that is wrong. */
export interface GradientReport {
  /** In which floats it was computed. */
  readonly dtype: "float32" | "float64";
  /** How many derivatives were compared. */
  readonly compared: number;
  /** The derivative with the largest error. */
  readonly worst: CheckedDerivative;
  /** Where slopes differ on the two sides, and the gradient is one of them or between them. */
  readonly kinks: readonly CheckedDerivative[];
}

/** An element with its gradient, and what is at its place. */
export interface Checked extends Pick<CheckedDerivative, "argument" | "index" | "order" | "gradient"> {
  readonly slope: Slope;
  readonly accuracy: Accuracy;
  /** Why the element has no value on a side, where the function says so. */
  readonly refusal: string | undefined;
  /** The weight of the only element of the results that depends on it; undefined if several do. */
  readonly weight: number | undefined;
}

/** The report, if no gradient is wrong; else throws `GradientError`. */
export function reportOf(checked: readonly Checked[], dtype: "float32" | "float64"): GradientReport {
  const moved = checked.filter(({ slope, gradient }) => slope.kind !== "fixed" || gradient !== 0);
  const without = moved.filter(({ slope }) => complaints[slope.kind] !== undefined);
  const compared = moved.flatMap((one) => {
    const derivative = derivativeOf(one);
    return derivative === undefined ? [] : [{ derivative, isRight: isRight(one) }];
  });
  const wrong = compared.flatMap(({ derivative, isRight: right }) => (right ? [] : [derivative]));
  if (wrong.length > 0) throw new GradientError(wrongGradient(worstOf(wrong), wrong.length, compared.length));
  if (without.length > 0) throw new GradientError(complaints[without[0]!.slope.kind]!(without[0]!));
  if (compared.length === 0) {
    throw new GradientError(
      `${caller}: args must hold a float that can move, got none. The function takes each only as it is, or there is no element.`,
    );
  }
  const derivatives = compared.map(({ derivative }) => derivative);
  return {
    dtype,
    compared: derivatives.length,
    worst: worstOf(derivatives),
    kinks: derivatives.filter(({ slope }) => typeof slope !== "number"),
  };
}

function worstOf(derivatives: readonly CheckedDerivative[]): CheckedDerivative {
  return derivatives.reduce((worst, one) => (one.error > worst.error || Number.isNaN(one.error) ? one : worst));
}

/** The gradient beside its slope, if there is one. */
function derivativeOf(checked: Checked): CheckedDerivative | undefined {
  const { argument, index, order, gradient, slope, weight = 1 } = checked;
  if (slope.kind !== "smooth" && slope.kind !== "edge" && slope.kind !== "kink") return undefined;
  const place = { argument, index, order, gradient: gradient / weight, weighted: checked.weight === undefined };
  const rest = { slopeError: slope.error / weight, error: errorOf(checked, slope) };
  if (slope.kind !== "kink") return { ...place, slope: slope.value / weight, ...rest };
  return { ...place, slope: [slope.below / weight, slope.above / weight], ...rest };
}

/** How far the gradient is from the slope, or from those between both slopes of a kink. */
function errorOf({ gradient, accuracy: { least } }: Checked, slope: Estimate | Kink): number {
  const [low, high] = rangeOf(slope);
  const nearest = Math.min(Math.max(gradient, low), high);
  const difference = Math.abs(gradient - nearest);
  return difference === 0 ? 0 : difference / Math.max(Math.abs(gradient), Math.abs(nearest), least);
}

type Kink = Slope & { readonly kind: "kink" };

/** The lowest and the highest slope. */
function rangeOf(slope: Estimate | Kink): readonly [low: number, high: number] {
  if ("value" in slope) return [slope.value, slope.value];
  return [Math.min(slope.below, slope.above), Math.max(slope.below, slope.above)];
}

function isRight({ gradient, slope, accuracy }: Checked): boolean {
  if (slope.kind !== "smooth" && slope.kind !== "edge" && slope.kind !== "kink") return false;
  const [low, high] = rangeOf(slope);
  return (low <= gradient && gradient <= high) || [low, high].some((side) => isClose(side, gradient, slope, accuracy));
}

function wrongGradient(
  { argument, index, order, gradient, slope, slopeError, weighted }: CheckedDerivative,
  wrong: number,
  all: number,
): string {
  const what = `${order === 1 ? "the gradient" : "the second derivative"}${weighted ? " of the weighted results" : ""}`;
  const must =
    typeof slope === "number"
      ? `${short(slope)}, the slope of differences (give or take ${short(slopeError)}),`
      : `between ${short(slope[0])} and ${short(slope[1])}, the slopes on both sides of a kink (give or take ${short(slopeError)}),`;
  const count = wrong === 1 ? "No other of" : `${wrong} of`;
  return (
    `${caller}: ${what} with respect to ${argument} must be ${must} at ${print(index)}, got ${short(gradient)}. ` +
    `${count} ${all} compared elements ${wrong === 1 ? "is" : "are"} wrong.`
  );
}

/** What to say where there is no slope to compare with. */
const complaints: { readonly [Kind in Slope["kind"]]?: (checked: Checked) => string } = {
  jump: ({ argument, index, slope, weight = 1 }) => {
    const { below, above } = slope as Slope & { readonly kind: "jump" };
    return (
      `${caller}: ${argument} must be where the function has a slope, got a jump at ${print(index)}: the result changes by ` +
      `${short(below / weight)} from just below it, and by ${short(above / weight)} to just above it. Check it elsewhere.`
    );
  },
  fixed: ({ argument, index, gradient, refusal, weight = 1 }) =>
    `${caller}: ${argument} must have values beside it to be compared with, got none at ${print(index)}, where the gradient is ${short(gradient / weight)}. ` +
    `${refusal === undefined ? "" : `The function says: ${refusal} `}Choose other arguments with wrt.`,
  rough: ({ argument, index, gradient, slope, weight = 1 }) => {
    const { value, error } = slope as Slope & { readonly kind: "rough" };
    return (
      `${caller}: differences with respect to ${argument} must settle on a slope, got ${short(value / weight)} (give or take ${short(error / weight)}) at ${print(index)}, ` +
      `where the gradient is ${short(gradient / weight)}. The function is infinitely steep there, or computed with too few digits.`
    );
  },
};

/** A number with as many digits as help. */
function short(value: number): string {
  return String(Number(value.toPrecision(7)));
}

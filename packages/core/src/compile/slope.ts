/** Which slope does a function of one number have at a point? It is told from values on both sides, extrapolated to a step of 0. */

/** How much the function's value changes from the point to a step above and below it; NaN where it has no value. */
export interface Change {
  /** How far above the point the first value is, and how far below it the second. */
  readonly steps: readonly [above: number, below: number];
  readonly above: number;
  readonly below: number;
  /** By how much either may be wrong because numbers were rounded. */
  readonly rounding: number;
}

/** A number, and by how much it may be wrong. */
export interface Estimate {
  readonly value: number;
  readonly error: number;
}

/** What is at the point. */
export type Slope =
  | ({ readonly kind: "smooth" } & Estimate)
  /** The function has values on one side only, and this slope there. */
  | ({ readonly kind: "edge" } & Estimate)
  | { readonly kind: "kink"; readonly below: number; readonly above: number; readonly error: number }
  /** The value jumps by so much on the way from below to the point, and from there on. */
  | { readonly kind: "jump"; readonly below: number; readonly above: number }
  /** It has no value on either side. */
  | { readonly kind: "fixed" }
  /** The differences settle on no number. */
  | ({ readonly kind: "rough" } & Estimate);

/** When a slope is known well enough. */
export interface Accuracy {
  /** The error that it may have, as a share. */
  readonly relative: number;
  /** What a slope below this is a share of. */
  readonly least: number;
  /** The slope that is expected: where it is found, smaller steps are not taken. */
  readonly expected: number;
}

/** The slope at a point, from the changes for these steps, which become smaller. */
export async function slopeAt(
  changeFor: (step: number) => Promise<Change>,
  steps: readonly number[],
  accuracy: Accuracy,
): Promise<Slope> {
  const changes: Change[] = [];
  for (const step of steps) {
    changes.push(await changeFor(step));
    const smooth = smoothSlope(changes, accuracy);
    if (smooth !== undefined && isClose(smooth.value, accuracy.expected, smooth, accuracy)) return smooth;
  }
  return slopeOf(changes, accuracy);
}

function slopeOf(changes: readonly Change[], accuracy: Accuracy): Slope {
  const last = changes.slice(-4);
  const hasAbove = last.every(({ above }) => Number.isFinite(above));
  const hasBelow = last.every(({ below }) => Number.isFinite(below));
  if (!hasAbove && !hasBelow) return { kind: "fixed" };
  const jump = {
    below: hasBelow ? -limitOf(last.map(({ below }) => below)) : 0,
    above: hasAbove ? limitOf(last.map(({ above }) => above)) : 0,
  };
  const { rounding } = last.at(-1)!;
  if (Math.max(Math.abs(jump.below), Math.abs(jump.above)) > 16 * rounding) return { kind: "jump", ...jump };
  const above = oneSided(changes.map(({ above: change, steps: [step], rounding: error }) => ({ change, step, error })));
  const below = oneSided(
    changes.map(({ below: change, steps: [, step], rounding: error }) => ({ change: -change, step, error })),
  );
  if (!hasAbove || !hasBelow) {
    const only = hasAbove ? above : below;
    return { kind: isSettled(only, accuracy) ? "edge" : "rough", ...only };
  }
  const smooth = smoothSlope(changes, accuracy);
  if (smooth !== undefined) return smooth;
  // Slopes of one side need more digits. Where they lack, it is enough that they do not differ by much.
  if (!isSettled(above, accuracy) || !isSettled(below, accuracy)) return roughSlope(changes, accuracy);
  const [value, error] = [(above.value + below.value) / 2, Math.max(above.error, below.error)];
  const isSame = Math.abs(above.value - below.value) <= accuracy.relative * sizeOf(value, accuracy) + 2 * error;
  return isSame ? { kind: "smooth", value, error } : { kind: "kink", below: below.value, above: above.value, error };
}

/** The slope, if it is known well enough and the same on both sides. */
function smoothSlope(
  changes: readonly Change[],
  accuracy: Accuracy,
): (Slope & { readonly kind: "smooth" }) | undefined {
  const slope = centralSlope(changes);
  if (!isSettled(slope, accuracy)) return undefined;
  const gap = gapBetween(changes);
  const allowed = accuracy.relative * sizeOf(slope.value, accuracy);
  const isSmooth = gap.error <= settled * allowed && Math.abs(gap.value) <= allowed + gap.error;
  return isSmooth ? { kind: "smooth", ...slope } : undefined;
}

function roughSlope(changes: readonly Change[], accuracy: Accuracy): Slope {
  const slope = centralSlope(changes);
  const gap = gapBetween(changes);
  const isSmooth = isSettled(slope, accuracy) && Math.abs(gap.value) + gap.error <= sizeOf(slope.value, accuracy) / 2;
  return { kind: isSmooth ? "smooth" : "rough", ...slope };
}

/** By how much the slope above exceeds that below: of a smooth function nothing but odd powers of the step. */
function gapBetween(changes: readonly Change[]): Estimate {
  const gaps = changes.map(({ above, below, steps, rounding }) => {
    const step = (steps[0] + steps[1]) / 2;
    return { value: (above + below) / step, error: (2 * rounding) / step };
  });
  return extrapolate(gaps, [1, 3, 5]);
}

function centralSlope(changes: readonly Change[]): Estimate {
  const quotients = changes.map(({ above, below, steps, rounding }) => {
    const width = steps[0] + steps[1];
    return { value: (above - below) / width, error: (2 * rounding) / width };
  });
  return extrapolate(quotients, [2, 4, 6]);
}

function oneSided(
  changes: readonly { readonly change: number; readonly step: number; readonly error: number }[],
): Estimate {
  return extrapolate(
    changes.map(({ change, step, error }) => ({ value: change / step, error: error / step })),
    [1, 2, 3],
  );
}

/** Where the last changes for steps that were halved are nearly the same, that is the jump; else there is none. */
function limitOf(last: readonly number[]): number {
  const [first, ...others] = last;
  return others.every((change) => Math.abs(change) >= 0.9 * Math.abs(first!)) ? last.at(-1)! : 0;
}

/** How many times the error that is allowed an estimate may have and still tell what is there. */
const settled = 10;

function isSettled(estimate: Estimate, accuracy: Accuracy): boolean {
  return estimate.error <= settled * accuracy.relative * Math.max(accuracy.least, Math.abs(estimate.value));
}

/** Whether two slopes are the same but for what is allowed, and the error of the estimate. */
export function isClose(
  value: number,
  expected: number,
  { error }: Pick<Estimate, "error">,
  accuracy: Accuracy,
): boolean {
  return Math.abs(value - expected) <= accuracy.relative * sizeOf(value, accuracy) + error;
}

/** What errors are a share of. */
function sizeOf(value: number, { least, expected }: Accuracy): number {
  return Math.max(least, Math.abs(value), Number.isFinite(expected) ? Math.abs(expected) : 0);
}

/**
 * The limit of values for steps that are halved, whose errors are made of these powers of the step (Neville's scheme). The best of
 * all estimates is taken, so that it is right too if only the smaller steps are small enough.
 */
function extrapolate(values: readonly Estimate[], powers: readonly number[]): Estimate {
  let best: Estimate = { value: NaN, error: Infinity };
  let row: number[] = [];
  for (const { value, error: rounding } of values) {
    if (!Number.isFinite(value)) {
      row = [];
      continue;
    }
    const next = [value];
    for (const [order, coarse] of row.slice(0, powers.length).entries()) {
      next.push(next[order]! + (next[order]! - coarse) / (2 ** powers[order]! - 1));
    }
    // The first two could agree by chance.
    for (let order = 2; order < next.length; order++) {
      const error = Math.max(Math.abs(next[order]! - next[order - 1]!), Math.abs(next[order]! - row[order - 1]!));
      if (error + rounding < best.error) best = { value: next[order]!, error: error + rounding };
    }
    row = next;
  }
  return best;
}

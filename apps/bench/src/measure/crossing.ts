/** At which size does one contender overtake another? */
import type { ContenderKind } from "../contenders/contender.ts";
import type { ContenderDescription, Measurement } from "./result.ts";
import { type Spread, overlap } from "./statistics.ts";

/** Where two curves of time against size cross. */
export interface Crossing {
  readonly workload: string;
  /** The faster one below this size, and above. */
  readonly below: string;
  readonly above: string;
  /** Interpolated on logarithmic axes. */
  readonly elements: number;
}

/** The times at a size. */
interface Point {
  readonly elements: number;
  readonly nanoseconds: Spread;
}

/** The measurements of each workload that has several sizes, the smallest first. */
export function sweepsIn(measurements: readonly Measurement[]): ReadonlyMap<string, readonly Measurement[]> {
  const names = [...new Set(measurements.map(({ workload }) => workload))];
  const groups = names.map((name) => measurements.filter(({ workload }) => workload === name));
  return new Map(
    groups
      .filter((group) => group.length > 1)
      .map((group) => [group[0]!.workload, group.toSorted((left, right) => left.elements - right.elements)]),
  );
}

/** The names of the entries of some measurements, of all contenders or of those of one kind. */
export function entryNames(
  measurements: readonly Measurement[],
  among: readonly ContenderDescription[],
  kind?: ContenderKind,
): readonly string[] {
  const chosen = among.filter((contender) => kind === undefined || contender.kind === kind).map(({ name }) => name);
  const entries = measurements.flatMap((measurement) => measurement.entries);
  return [...new Set(entries.filter(({ contender }) => chosen.includes(contender)).map(({ name }) => name))];
}

/**
 * Every crossing of every pair of these entries. Only sizes count at which one is clearly faster, its quartiles apart from the
 * other's: a pair that is equal within the noise crosses nowhere.
 */
export function crossingsOf(sweep: readonly Measurement[], names: readonly string[]): readonly Crossing[] {
  const pairs = names.flatMap((left, index) => names.slice(index + 1).map((right) => [left, right] as const));
  return pairs.flatMap(([left, right]) =>
    crossingsOfCurves(curveOf(sweep, left), curveOf(sweep, right)).map(({ elements, leftFirst }) => ({
      workload: sweep[0]!.workload,
      below: leftFirst ? left : right,
      above: leftFirst ? right : left,
      elements,
    })),
  );
}

function curveOf(sweep: readonly Measurement[], name: string): readonly Point[] {
  return sweep.flatMap(({ elements, entries }) => {
    const entry = entries.find((known) => known.name === name);
    return entry === undefined ? [] : [{ elements, nanoseconds: entry.nanoseconds }];
  });
}

/** Where the logarithm of the quotient of two curves, taken as straight between sizes, changes its sign. */
function crossingsOfCurves(
  left: readonly Point[],
  right: readonly Point[],
): readonly { elements: number; leftFirst: boolean }[] {
  const quotients = left.flatMap(({ elements, nanoseconds }) => {
    const other = right.find((point) => point.elements === elements)?.nanoseconds;
    if (other === undefined || overlap(nanoseconds, other)) return [];
    return [{ at: Math.log(elements), value: Math.log(nanoseconds.median / other.median) }];
  });
  return quotients.slice(1).flatMap((next, index) => {
    const previous = quotients[index]!;
    if (Math.sign(previous.value) === Math.sign(next.value)) return [];
    const share = previous.value / (previous.value - next.value);
    const elements = Math.round(Math.exp(previous.at + share * (next.at - previous.at)));
    return [{ elements, leftFirst: previous.value < 0 }];
  });
}

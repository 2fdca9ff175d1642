/** Which engine is the fastest at which size, by the results of one environment or several? */
import type { BenchResult, Entry, Measurement } from "./result.ts";
import { overlap } from "./statistics.ts";

/** The sizes that expectations are given for, in elements of the largest input: few, and then a decade apart. */
export const sizes: readonly number[] = [32, 1e3, 1e4, 1e5, 1e6, 1e7];

/** A measurement counts for a size that is less than half a decade away. */
const farthest = 0.5;

/** What to expect of a workload in an environment. */
export interface Expectation {
  /** Of this workload; its measurements differ in size alone. */
  readonly measurement: Measurement;
  readonly environment: string;
  /** For each of the sizes; undefined where nothing was measured near it. */
  readonly fastest: readonly (Fastest | undefined)[];
}

/** Who is the fastest. */
export interface Fastest {
  /** The fastest engine, then those that are within the noise of it: their quartiles overlap. */
  readonly engines: readonly string[];
  /** What the fastest took. */
  readonly nanoseconds: number;
}

/** A measurement with what the engines took, and where. */
interface Point {
  readonly environment: string;
  readonly measurement: Measurement;
  readonly entries: readonly Entry[];
}

/** What to expect of every workload that an engine computed, in every environment, those of a workload side by side. */
export function expectationsOf(results: readonly BenchResult[]): readonly Expectation[] {
  const points = results.flatMap((result) => pointsOf(result, environmentOf(result, results)));
  const workloads = new Set(points.map(({ measurement }) => measurement.workload));
  const environments = new Set(points.map(({ environment }) => environment));
  return [...workloads].flatMap((workload) =>
    [...environments].flatMap((environment) => {
      const own = points.filter(
        (point) => point.environment === environment && point.measurement.workload === workload,
      );
      const fastest = sizes.map((size) => fastestOf(nearest(own, size)));
      return own.length === 0 ? [] : [{ measurement: own[0]!.measurement, environment, fastest }];
    }),
  );
}

/** What tells the environment of a result from those of the others: its runtime, with the processor if they have several. */
export function environmentOf({ machine }: BenchResult, results: readonly BenchResult[]): string {
  const alike = results.filter((other) => other.machine.runtime === machine.runtime);
  const processors = new Set(alike.map((other) => other.machine.processor));
  return processors.size === 1 ? machine.runtime : `${machine.runtime} on ${machine.processor}`;
}

/** Engines into the user's arrays: where arrays stay on a device, a call leaves out what it costs to bring them there. */
function pointsOf({ contenders, measurements }: BenchResult, environment: string): readonly Point[] {
  const engines = contenders.filter(({ kind }) => kind === "engine").map(({ name }) => name);
  return measurements
    .map((measurement) => ({
      environment,
      measurement,
      entries: measurement.entries.filter(({ name }) => engines.includes(name)),
    }))
    .filter(({ entries }) => entries.length > 0);
}

/** The point nearest to the size, on a logarithmic axis; of equally near ones the last. */
function nearest(points: readonly Point[], size: number): Point | undefined {
  const distanceOf = ({ measurement }: Point): number => Math.abs(Math.log10(measurement.elements / size));
  const near = points.filter((point) => distanceOf(point) < farthest);
  return near.toReversed().toSorted((left, right) => distanceOf(left) - distanceOf(right))[0];
}

function fastestOf(point: Point | undefined): Fastest | undefined {
  if (point === undefined) return undefined;
  const order = point.entries.toSorted((left, right) => left.nanoseconds.median - right.nanoseconds.median);
  const { nanoseconds } = order[0]!;
  const within = order.filter((entry) => overlap(entry.nanoseconds, nanoseconds));
  return { engines: within.map(({ name }) => name), nanoseconds: nanoseconds.median };
}

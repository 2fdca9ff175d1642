/** What does each contender take for a workload? Outputs are checked before anything is timed, and rounds are interleaved. */
import { bytesPerElement } from "@symloss/core/engine";
import type { Contender, Entrant, Run } from "../contenders/contender.ts";
import { type ReferenceOutput, referenceOf, worstError } from "./check.ts";
import { clockStep } from "./clock.ts";
import { ratios, runRounds, timeOf } from "./interleave.ts";
import type { Entry, LeftOut, Measurement } from "./result.ts";
import { spreadOf } from "./statistics.ts";
import { type Workload, elementsOf, shapeOf } from "./workload.ts";

/** How a workload is measured. */
export interface MeasurementOptions {
  readonly rounds: number;
  /** After so many milliseconds of rounds there are no more than a few. */
  readonly budget: number;
  /** The entry to compare with, if it takes part; otherwise loops by hand, or whoever is first. */
  readonly against?: string | undefined;
  /** Called before someone's outputs are checked. */
  readonly beforeReady?: (name: string) => unknown;
  /** Called after each round. */
  readonly afterRound?: () => unknown;
}

/** Before its first round each runs for this long, in milliseconds, but at least a few times. */
const [warmUpTime, fewestWarmUps] = [50, 5];
/** A timing takes at least this long, in milliseconds, and so many of the clock's steps. */
const [shortestTiming, fewestSteps] = [2, 100];
const mostRepeats = 100_000;

/** Someone whose outputs are right, and who is warm. */
interface Ready {
  readonly name: string;
  readonly contender: string;
  /** Whether it is a fault if it fails. */
  readonly fault: boolean;
  readonly run: Run;
  readonly firstMilliseconds: number;
  readonly warmUpMilliseconds: number;
  readonly repeats: number;
  readonly error: number;
}

/** Measures a workload with everyone who can do it. */
export async function measureWorkload(
  workload: Workload,
  contenders: readonly Contender[],
  options: MeasurementOptions,
): Promise<Measurement> {
  const outputs = await referenceOf(workload);
  const ready: Ready[] = [];
  const leftOut: LeftOut[] = [];
  for (const contender of contenders) {
    const entrants = contender.enter(workload, outputs);
    if ("reason" in entrants) {
      leftOut.push({ name: contender.name, reason: entrants.reason, fault: false });
      continue;
    }
    for (const entrant of entrants) {
      const name = entrant.variant === undefined ? contender.name : `${contender.name} ${entrant.variant}`;
      await options.beforeReady?.(name);
      const outcome = await makeReady(name, contender, entrant, outputs);
      if ("reason" in outcome) leftOut.push(outcome);
      else ready.push(outcome);
    }
  }
  const outcomes = await runRounds(
    ready.map(({ run: { run, before }, repeats }) => ({ run, before, repeats })),
    options,
  );
  const timed = ready.flatMap((one, index) => {
    const outcome = outcomes[index]!;
    if ("times" in outcome) return [{ ...one, times: outcome.times }];
    leftOut.push(leftOutBy(one.name, one.fault, outcome.failure));
    return [];
  });
  for (const { run } of ready) await run.dispose();
  const reference = referenceAmong(
    timed.map(({ name }) => name),
    options.against,
  );
  const base = timed.find(({ name }) => name === reference)?.times ?? [];
  return {
    workload: workload.name,
    title: workload.title,
    shape: shapeOf(workload),
    elements: elementsOf(workload),
    bytes: bytesOf(workload, outputs),
    ...(reference === undefined ? {} : { reference }),
    rounds: base.length,
    entries: timed.map((one) => entryOf(one, base)),
    leftOut,
  };
}

/** The contender's way, prepared, checked and warm; or why not. */
async function makeReady(
  name: string,
  { name: contender, kind, tolerance }: Contender,
  { prepare }: Entrant,
  outputs: readonly ReferenceOutput[],
): Promise<Ready | LeftOut> {
  const fault = kind !== "peer";
  try {
    const start = performance.now();
    const run = await prepare();
    await timeOf({ ...run, repeats: 1 });
    const firstMilliseconds = performance.now() - start;
    const error = worstError(await run.outputs(), outputs);
    if (!(error <= tolerance)) {
      await run.dispose();
      return {
        name,
        fault,
        reason: `its outputs are off by ${error.toExponential(1)} of the largest, more than ${tolerance}`,
      };
    }
    return { name, contender, fault, run, firstMilliseconds, error, ...(await warmUp(run)) };
  } catch (cause) {
    return leftOutBy(name, fault, cause);
  }
}

function leftOutBy(name: string, fault: boolean, cause: unknown): LeftOut {
  return { name, fault, reason: cause instanceof Error ? cause.message : String(cause) };
}

/** Runs until compilers have done what they do, and counts how many runs a timing must have. */
async function warmUp(run: Run): Promise<Pick<Ready, "warmUpMilliseconds" | "repeats">> {
  const start = performance.now();
  let nanoseconds = Infinity;
  let repeats = 1;
  for (let turn = 0; turn < fewestWarmUps || performance.now() - start < warmUpTime; turn++) {
    nanoseconds = await timeOf({ ...run, repeats });
    repeats = repeatsFor(nanoseconds);
  }
  return { warmUpMilliseconds: performance.now() - start, repeats };
}

/** How many runs of so many nanoseconds a timing has. */
function repeatsFor(nanoseconds: number): number {
  const shortest = Math.max(shortestTiming, fewestSteps * clockStep());
  const wanted = Math.ceil((shortest * 1e6) / Math.max(nanoseconds, 1));
  return Math.min(Math.max(wanted, 1), mostRepeats);
}

function referenceAmong(names: readonly string[], against: string | undefined): string | undefined {
  return [against, "hand"].find((name) => name !== undefined && names.includes(name)) ?? names[0];
}

function entryOf(timed: Ready & { readonly times: readonly number[] }, base: readonly number[]): Entry {
  const { name, contender, times, firstMilliseconds, warmUpMilliseconds, repeats, error } = timed;
  return {
    name,
    contender,
    nanoseconds: spreadOf(times),
    ratio: spreadOf(ratios(times, base)),
    firstMilliseconds,
    warmUpMilliseconds,
    repeats,
    error,
  };
}

function bytesOf({ inputs }: Workload, outputs: readonly ReferenceOutput[]): number {
  const sizes = [
    ...inputs.map(({ data }) => data.byteLength),
    ...outputs.map(({ data, dtype }) => data.length * bytesPerElement[dtype]),
  ];
  return sizes.reduce((left, right) => left + right);
}

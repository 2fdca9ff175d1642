/** How do contenders race on many workloads? Whatever happens is told as plain data, which a terminal and a page show alike. */
import type { Contender } from "../contenders/contender.ts";
import { calibrate } from "../measure/calibration.ts";
import { measureWorkload } from "../measure/measurement.ts";
import type { ContenderDescription, Measurement, Unavailable } from "../measure/result.ts";
import { type WorkloadKind, elementsOf, rowsFor, shapeOf } from "../measure/workload.ts";
import type { RacePlan } from "./plan.ts";

/** Someone who was asked to take part. */
export interface Opening {
  readonly name: string;
  /** Throws with the reason if it does not work here. */
  readonly open: () => Promise<Contender> | Contender;
}

/** What happens in a race. */
export type RaceEvent =
  | {
      /** Who takes part is known. */
      readonly kind: "opened";
      readonly contenders: readonly ContenderDescription[];
      readonly unavailable: readonly Unavailable[];
    }
  | {
      readonly kind: "progress";
      /** Rounds. */
      readonly done: number;
      readonly total: number;
      readonly note: string;
      /** What the calibration loop took, if it has just run. */
      readonly calibration?: number;
    }
  | {
      readonly kind: "measured";
      readonly measurement: Measurement;
      /** Whether no other size of the workload follows. */
      readonly isLastSize: boolean;
    };

/** Is told what happens, and awaited. */
export type RaceReport = (event: RaceEvent) => unknown;

/** Lets everyone who works here run everything in the plan. If nobody does, nothing is measured. */
export async function race(openings: readonly Opening[], plan: RacePlan, report: RaceReport): Promise<void> {
  const { contenders, unavailable } = await openAll(openings);
  const described = contenders.map(({ name, kind, device }) => ({ name, kind, device }));
  await report({ kind: "opened", contenders: described, unavailable });
  try {
    if (contenders.length > 0) await measureAll(contenders, plan, report);
  } finally {
    for (const { dispose } of contenders) await dispose();
  }
}

async function openAll(
  openings: readonly Opening[],
): Promise<{ contenders: readonly Contender[]; unavailable: readonly Unavailable[] }> {
  const contenders: Contender[] = [];
  const unavailable: Unavailable[] = [];
  for (const { name, open } of openings) {
    try {
      contenders.push(await open());
    } catch (error) {
      unavailable.push({ name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return { contenders, unavailable };
}

async function measureAll(contenders: readonly Contender[], plan: RacePlan, report: RaceReport): Promise<void> {
  const { kinds, sizes, rounds, seconds, against } = plan;
  const total = kinds.length * sizes.length * rounds;
  let done = 0;
  const tell = (note: string, calibration?: number): unknown =>
    report({ kind: "progress", done, total, note, ...(calibration === undefined ? {} : { calibration }) });
  // Of the first time compilers have their part.
  for (const calibration of [calibrate(), calibrate(), calibrate()].slice(1)) await tell("calibrating", calibration);
  for (const kind of kinds) {
    const rowCounts = distinctRows(kind, sizes);
    for (const [index, rows] of rowCounts.entries()) {
      const workload = kind.make(rows);
      const title = `${workload.name}, ${shapeOf(workload)}`;
      const end = done + rounds;
      const measurement = await measureWorkload(workload, contenders, {
        rounds,
        budget: 1000 * seconds,
        against,
        beforeReady: (name) => tell(`${title}: checking ${name}`),
        afterRound: () => {
          done++;
          return tell(title, calibrate());
        },
      });
      done = end;
      await report({ kind: "measured", measurement, isLastSize: index === rowCounts.length - 1 });
    }
    done += (sizes.length - rowCounts.length) * rounds;
  }
}

/** The rows of these sizes, each size once: two may come to the same rows, or to the same elements where the largest input is one that does not grow. */
function distinctRows(kind: WorkloadKind, sizes: RacePlan["sizes"]): readonly number[] {
  const rowCounts = [...new Set(sizes.map((size) => rowsFor(kind, size)))];
  if (rowCounts.length === 1) return rowCounts;
  const elements = rowCounts.map((rows) => elementsOf(kind.make(rows)));
  return rowCounts.filter((_, index) => elements.indexOf(elements[index]!) === index);
}

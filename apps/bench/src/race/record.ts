/** What is known of a race while it runs, and afterwards? */
import { judgeQuietness } from "../measure/calibration.ts";
import {
  type BenchResult,
  type ContenderDescription,
  type Machine,
  type Measurement,
  type Unavailable,
  resultFormat,
  resultVersion,
} from "../measure/result.ts";
import type { RaceEvent } from "./race.ts";

/** What has happened. */
export interface RaceRecord {
  /** Nobody until it is known who takes part. */
  readonly contenders: readonly ContenderDescription[];
  readonly unavailable: readonly Unavailable[];
  readonly measurements: readonly Measurement[];
  /** What the calibration loop took, in nanoseconds. */
  readonly calibrations: readonly number[];
}

/** Before anything has happened. */
export const emptyRecord: RaceRecord = { contenders: [], unavailable: [], measurements: [], calibrations: [] };

/** The record with one more event. */
export function addEvent(record: RaceRecord, event: RaceEvent): RaceRecord {
  switch (event.kind) {
    case "opened":
      return { ...record, contenders: event.contenders, unavailable: event.unavailable };
    case "progress":
      return event.calibration === undefined
        ? record
        : { ...record, calibrations: [...record.calibrations, event.calibration] };
    case "measured":
      return { ...record, measurements: [...record.measurements, event.measurement] };
  }
}

/** Where and when a race took place, and what was asked. */
export interface Circumstances {
  /** When it began, as ISO 8601. */
  readonly date: string;
  readonly command: string;
  readonly machine: Machine;
  readonly loadAverage?: number | undefined;
}

/** The result of a race, or of as much of it as there was: at least one measurement. */
export function resultOf(
  { contenders, unavailable, measurements, calibrations }: RaceRecord,
  { date, command, machine, loadAverage }: Circumstances,
): BenchResult {
  const quietness = judgeQuietness(calibrations, machine.cores, loadAverage);
  return {
    format: resultFormat,
    version: resultVersion,
    date,
    command,
    machine,
    quietness,
    contenders,
    unavailable,
    measurements,
  };
}

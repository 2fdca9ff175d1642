/** What does a result say in tables? The same tables for the terminal, for Markdown and for HTML. */
import { type Change, baselineRule } from "../measure/baseline.ts";
import { crossingsOf, entryNames, sweepsIn } from "../measure/crossing.ts";
import type { BenchResult, ContenderDescription, Machine, Measurement } from "../measure/result.ts";
import { columns, formatElements, formatRatio, formatTime, rowOf, titleOf, titleOfSweep } from "./format.ts";

/** Part of a report. */
export interface Section {
  readonly title: string;
  /** Names and what they are. */
  readonly facts: readonly (readonly [string, string])[];
  readonly tables: readonly Table[];
  /** Lines below the tables. */
  readonly notes: readonly string[];
  /** What makes the figures uncertain. */
  readonly warnings: readonly string[];
}

/** The first column is text, the others are right-aligned. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The machine, and who took part; then each workload. */
export function summarize(result: BenchResult): readonly Section[] {
  return [machineSection(result), ...workloadSections(result.measurements, result.contenders)];
}

/** What the columns of the tables of workloads mean. */
export function legend(): readonly string[] {
  return columns.filter(({ head }) => head !== "").map(({ head, meaning }) => `${head}: ${meaning}`);
}

/** Where it ran and who took part, with what makes the figures uncertain. */
export function machineSection({ date, machine, quietness, contenders, unavailable }: BenchResult): Section {
  const { lower, median, upper } = quietness.calibration;
  return {
    title: "Machine",
    facts: [
      ["date", date],
      ["processor", `${machine.processor}, ${machine.cores} cores`],
      ["memory", formatMemory(machine)],
      ["system", machine.system],
      ["runtime", `${machine.runtime}, ${machine.javascript}`],
      ["load average", quietness.loadAverage?.toFixed(2) ?? "unknown"],
      ["calibration loop", `${formatTime(median)} [${formatTime(lower)}, ${formatTime(upper)}]`],
      ...contenders.map(({ name, device }) => [name, device] as const),
    ],
    tables: [],
    notes: unavailable.map(({ name, reason }) => `without ${name}: ${reason}`),
    warnings: quietness.warnings,
  };
}

function formatMemory({ memoryBytes }: Machine): string {
  return memoryBytes === undefined ? "unknown" : `${(memoryBytes / 2 ** 30).toFixed(1)} GiB`;
}

/** A section for each workload at one size, and one for each at several. */
export function workloadSections(
  measurements: readonly Measurement[],
  contenders: readonly ContenderDescription[],
): readonly Section[] {
  const sweeps = sweepsIn(measurements);
  return [
    ...measurements.filter(({ workload }) => !sweeps.has(workload)).map(measurementSection),
    ...[...sweeps.values()].map((sweep) => sweepSection(sweep, contenders)),
  ];
}

/** A workload at one size. */
function measurementSection(measurement: Measurement): Section {
  const { entries, leftOut, rounds } = measurement;
  const rows = entries.map((entry) => rowOf(entry, measurement));
  return {
    title: `${titleOf(measurement)} (${rounds} rounds)`,
    facts: [],
    tables: rows.length === 0 ? [] : [{ head: columns.map(({ head }) => head), rows }],
    notes: leftOut.map(({ name, reason }) => `without ${name}: ${reason}`),
    warnings: [],
  };
}

/** The times of a workload against its size, and who overtakes whom. */
function sweepSection(sweep: readonly Measurement[], contenders: readonly ContenderDescription[]): Section {
  const names = entryNames(sweep, contenders);
  const rows = sweep.map(({ elements, entries }) => [
    formatElements(elements),
    ...names.map((name) => {
      const entry = entries.find((known) => known.name === name);
      return entry === undefined ? "" : formatTime(entry.nanoseconds.median);
    }),
  ]);
  const reasons = new Set(
    sweep.flatMap(({ leftOut, elements }) =>
      leftOut.map(
        ({ name, reason, fault }) => `without ${name}${fault ? ` at ${formatElements(elements)}` : ""}: ${reason}`,
      ),
    ),
  );
  const crossings = crossingsOf(sweep, entryNames(sweep, contenders, "engine")).map(
    ({ below, above, elements }) => `${above} overtakes ${below} at about ${formatElements(elements)} elements`,
  );
  return {
    title: `${titleOfSweep(sweep)}, time against elements`,
    facts: [],
    tables: [{ head: ["elements", ...names], rows }],
    notes: [...(crossings.length > 0 ? crossings : ["no engine overtakes another beyond the noise"]), ...reasons],
    warnings: [],
  };
}

/** What changed since the baseline. */
export function changeSection(changes: readonly Change[], result: BenchResult, baseline: BenchResult): Section {
  return {
    title: `Compared with the baseline of ${baseline.date}`,
    facts: [],
    tables: [
      {
        head: ["", "ratio then", "ratio now", "noise", "verdict"],
        rows: changes.map(({ workload, elements, entry, earlier, now, noise, verdict }) => [
          `${workload} ${formatElements(elements)} ${entry}`,
          formatRatio(earlier),
          formatRatio(now),
          noise.toFixed(2),
          verdict,
        ]),
      },
    ],
    notes: [`Here ${baselineRule}.`],
    warnings: machineChanges(result.machine, baseline.machine),
  };
}

function machineChanges(now: Machine, then: Machine): readonly string[] {
  const facts = [
    ["processor", then.processor, now.processor],
    ["number of cores", then.cores, now.cores],
    ["system", then.system, now.system],
    ["runtime", then.runtime, now.runtime],
  ] as const;
  return facts
    .filter(([, earlier, here]) => earlier !== here)
    .map(([what, earlier, here]) => `The baseline is of another ${what}: ${earlier}, not ${here}.`);
}

/** How fast is what the user named? */
import {
  type OptionValues,
  choices,
  count,
  counts,
  describeOptions,
  flag,
  namedCounts,
  parseWords,
} from "../arguments.ts";
import { type Command, commandLine } from "../command.ts";
import type { Contender } from "../contenders/contender.ts";
import { engineContender, residences } from "../contenders/engine.ts";
import { installPeers } from "../contenders/peers.ts";
import { rivalTable } from "../contenders/rivals.ts";
import { type EngineName, engineNames, engineTable, usualEngineNames } from "../engines.ts";
import { Failure } from "../failure.ts";
import { describeMachine, loadAverage } from "../machine.ts";
import { baselineRule } from "../measure/baseline.ts";
import { calibrate, judgeQuietness } from "../measure/calibration.ts";
import { usualLengths } from "../measure/losses.ts";
import { measureWorkload } from "../measure/measurement.ts";
import {
  type BenchResult,
  type Measurement,
  type Unavailable,
  resultFormat,
  resultVersion,
} from "../measure/result.ts";
import { type WorkloadKind, elementsOf, makeSized } from "../measure/workload.ts";
import { suggestion } from "../suggestion.ts";
import type { Report } from "../report/report.ts";
import { legend, machineSection, workloadSections } from "../report/summary.ts";
import { showSection } from "../report/terminal.ts";
import { checkOutputs, finishResult, readResult, resultOptions } from "./files.ts";
import { selectWorkloads } from "./select.ts";

const rivalNames = Object.keys(rivalTable);
const peerNames = rivalNames.filter((name) => rivalTable[name]!.peer);

const usualRivals = rivalNames.filter((name) => !rivalTable[name]!.peer);
const [usualRounds, usualSeconds] = [21, 20];

/** From what a call costs to what no cache holds: two in each decade. */
const sweepSizes = [32, 100, 320, 1000, 3200, 10_000, 32_000, 100_000, 320_000, 1_000_000, 3_200_000, 10_000_000];
const largestSize = 100_000_000;

const options = {
  engines: choices(engineNames, `engines: ${engineNames.join(", ")}, or all; by default ${usualEngineNames.join(",")}`),
  beside: choices(rivalNames, `beside them: ${rivalNames.join(", ")}, or all; by default ${usualRivals.join(",")}`),
  peers: flag(`beside them ${peerNames.join(", ")} too; installed into apps/bench/peers the first time`),
  arrays: choices(residences, `an engine's arrays: into the user's, or resident on its device; by default all`),
  against: {
    placeholder: "NAME",
    summary: "whose time ratios are taken to; by default hand if it takes part, else the first",
    parse: (text: string) => text,
  },
  rounds: count(10_000, `how often each is timed, in turn; by default ${usualRounds}`),
  seconds: count(3600, `begin no round after so long for one workload (but 5 in any case); by default ${usualSeconds}`),
  sizes: counts(largestSize, "elements of the largest input, instead of each workload's own size"),
  sweep: flag(`every size from ${sweepSizes[0]} to 10 million elements, and where one overtakes another`),
  lengths: namedCounts(Object.keys(usualLengths), largestSize, "lengths of the axes of losses: batch=64,classes=10"),
  ...resultOptions,
};

type RunValues = OptionValues<typeof options>;

/** Measures workloads. */
export const run: Command = {
  run: async (words, report) => {
    const parsed = parseWords(words, options);
    if (parsed === "help") return report.line(help());
    const { values, names } = parsed;
    const kinds = selectWorkloads(names, values.lengths);
    checkReference(values);
    checkChart(values);
    checkOutputs(values);
    const baseline = values.baseline === undefined ? undefined : readResult("--baseline", values.baseline);
    const result = await measureAll(kinds, values, commandLine(["run", ...words]), report);
    finishResult(result, baseline, values, report);
    throwFaults(result.measurements);
  },
};

function help(): string {
  return `npm run bench -- run [WORKLOAD ..] [options]

Measures workloads by name (W1, huber, "vae corrected gradient", losses; "npm run bench -- list" shows them all), by default all of them.

${describeOptions(options)}

Everyone's outputs are checked against float64 before anything is timed; then everyone runs once in each round, in an order that
rotates, and the ratio to the reference is taken within each round.
For --baseline ${baselineRule}.`;
}

/** Throws `Failure` if the reference is nobody who takes part. */
function checkReference({ against, ...chosen }: RunValues): void {
  if (against === undefined) return;
  const names = [...enginesOf(chosen), ...rivalsOf(chosen)];
  if (names.some((name) => against === name || against.startsWith(`${name} `))) return;
  throw new Failure(
    `--against must be one who takes part (${names.join(", ")}), got ${JSON.stringify(against)}.${suggestion(against, names)}`,
  );
}

/** Throws `Failure` if there would be no chart of ratios. */
function checkChart(values: RunValues): void {
  const { length } = sizesOf(values);
  if (values.svg === undefined || length === 1) return;
  throw new Failure(
    `--svg must be of one size, got ${length}: it compares entries at a size. --html has a chart of each sweep.`,
  );
}

function sizesOf({ sizes, sweep }: RunValues): readonly (number | undefined)[] {
  return sizes ?? (sweep === true ? sweepSizes : [undefined]);
}

function enginesOf({ engines = usualEngineNames }: RunValues): readonly EngineName[] {
  return engines;
}

function rivalsOf({ beside = usualRivals, peers }: RunValues): readonly string[] {
  return [...new Set([...beside, ...(peers === true ? peerNames : [])])];
}

async function measureAll(
  kinds: readonly WorkloadKind[],
  values: RunValues,
  command: string,
  report: Report,
): Promise<BenchResult> {
  const date = new Date().toISOString();
  const machine = describeMachine();
  const load = loadAverage();
  const { contenders, unavailable } = await openContenders(values, report);
  const calibrations = [calibrate(), calibrate(), calibrate()].slice(1);
  const measurements = await measureKinds(kinds, contenders, values, calibrations, report);
  for (const { dispose } of contenders) await dispose();
  const result: BenchResult = {
    format: resultFormat,
    version: resultVersion,
    date,
    command,
    machine,
    quietness: judgeQuietness(calibrations, machine.cores, load),
    contenders: contenders.map(({ name, kind, device }) => ({ name, kind, device })),
    unavailable,
    measurements,
  };
  report.line(`\n${legend().join("\n")}`);
  showSection(machineSection(result), report);
  return result;
}

/** Everyone who was asked for and works here; throws `Failure` if nobody does. */
async function openContenders(
  values: RunValues,
  report: Report,
): Promise<{ contenders: readonly Contender[]; unavailable: readonly Unavailable[] }> {
  const rivals = rivalsOf(values);
  if (rivals.some((name) => peerNames.includes(name))) installPeers((line) => report.line(line));
  const openings = [
    ...enginesOf(values).map((name) => ({
      name,
      open: async () => engineContender(name, await engineTable[name].make(), values.arrays),
    })),
    ...rivals.map((name) => ({ name, open: rivalTable[name]!.open })),
  ];
  const contenders: Contender[] = [];
  const unavailable: Unavailable[] = [];
  for (const { name, open } of openings) {
    try {
      contenders.push(await open());
    } catch (error) {
      unavailable.push({ name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  for (const { name, reason } of unavailable) report.line(`without ${name}: ${reason}`);
  if (contenders.length === 0) {
    throw new Failure("Somebody must take part, got nobody who works here: the reasons are above.");
  }
  return { contenders, unavailable };
}

async function measureKinds(
  kinds: readonly WorkloadKind[],
  contenders: readonly Contender[],
  values: RunValues,
  calibrations: number[],
  report: Report,
): Promise<readonly Measurement[]> {
  const { rounds = usualRounds, seconds = usualSeconds, against } = values;
  const sizes = sizesOf(values);
  const progress = report.progress(kinds.length * sizes.length * rounds);
  const measurements: Measurement[] = [];
  for (const kind of kinds) {
    const own: Measurement[] = [];
    for (const size of sizes) {
      const workload = makeSized(kind, size);
      let left = rounds;
      const afterRound = (): void => {
        left--;
        calibrations.push(calibrate());
        progress.advance(workload.title);
      };
      // Two sizes may come to the same number of rows.
      if (own.every(({ elements }) => elements !== elementsOf(workload))) {
        own.push(await measureWorkload(workload, contenders, { rounds, budget: 1000 * seconds, against, afterRound }));
      }
      for (; left > 0; left--) progress.advance(workload.title);
    }
    for (const section of workloadSections(own, contenders)) showSection(section, report);
    measurements.push(...own);
  }
  progress.stop();
  return measurements;
}

/** Throws `Failure` if one of ours failed or gave wrong outputs: a benchmark of that would be worth nothing. */
function throwFaults(measurements: readonly Measurement[]): void {
  const faults = measurements.flatMap(({ workload, leftOut }) =>
    leftOut.filter(({ fault }) => fault).map(({ name, reason }) => `  ${workload}, ${name}: ${reason}`),
  );
  if (faults.length > 0) throw new Failure(["Every output must be right, got:", ...faults].join("\n"));
}

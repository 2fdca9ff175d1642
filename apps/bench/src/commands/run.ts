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
import { type Command } from "../command.ts";
import { residences } from "../contenders/residence.ts";
import { installPeers } from "../contenders/peers.ts";
import { engineTable, openEngine, rivalTable } from "../contenders/table.ts";
import { Failure } from "../failure.ts";
import { describeMachine, loadAverage } from "../machine.ts";
import { baselineRule } from "../measure/baseline.ts";
import { usualLengths } from "../measure/lengths.ts";
import type { BenchResult, Measurement } from "../measure/result.ts";
import type { WorkloadKind } from "../measure/workload.ts";
import { largestSize, mostRounds, mostSeconds, sweepSizes, usualRounds, usualSeconds } from "../race/plan.ts";
import { type Opening, race } from "../race/race.ts";
import { resultOf } from "../race/record.ts";
import type { Report } from "../report/report.ts";
import { legend, machineSection } from "../report/summary.ts";
import { showSection } from "../report/terminal.ts";
import { suggestion } from "../suggestion.ts";
import { checkOutputs, finishResult, readResult, resultOptions } from "./files.ts";
import { selectWorkloads } from "./select.ts";
import { showRace } from "./show-race.ts";

const engineNames = Object.keys(engineTable);
const rivalNames = Object.keys(rivalTable);
const peerNames = rivalNames.filter((name) => rivalTable[name]!.peer);

const [usualEngines, usualRivals] = [
  ["wasm", "cpu", "onnx"],
  ["hand", "model"],
];

const options = {
  engines: choices(engineNames, `engines: ${engineNames.join(", ")}, or all; by default ${usualEngines.join(",")}`),
  beside: choices(rivalNames, `beside them: ${rivalNames.join(", ")}, or all; by default ${usualRivals.join(",")}`),
  peers: flag(`beside them ${peerNames.join(", ")} too; installed into apps/bench/peers the first time`),
  arrays: choices(residences, `an engine's arrays: into the user's, or resident on its device; by default all`),
  against: {
    placeholder: "NAME",
    summary: "whose time ratios are taken to; by default hand if it takes part, else the first",
    parse: (text: string) => text,
  },
  rounds: count(mostRounds, `how often each is timed, in turn; by default ${usualRounds}`),
  seconds: count(
    mostSeconds,
    `begin no round after so long for one workload (but 5 in any case); by default ${usualSeconds}`,
  ),
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
    checkOutputs(values);
    const baseline = values.baseline === undefined ? undefined : readResult("--baseline", values.baseline);
    const result = await measureAll(kinds, values, ["run", ...words].map(quote).join(" "), report);
    finishResult(result, baseline, values, report);
    throwFaults(result.measurements);
  },
};

/** The word as a shell takes it. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word);
}

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

function enginesOf({ engines = usualEngines }: RunValues): readonly string[] {
  return engines;
}

function rivalsOf({ beside = usualRivals, peers }: RunValues): readonly string[] {
  return [...new Set([...beside, ...(peers === true ? peerNames : [])])];
}

async function measureAll(
  kinds: readonly WorkloadKind[],
  values: RunValues,
  words: string,
  report: Report,
): Promise<BenchResult> {
  const circumstances = {
    date: new Date().toISOString(),
    command: `npm run bench -- ${words}`,
    machine: describeMachine(),
    loadAverage: loadAverage(),
  };
  const { sizes = values.sweep === true ? sweepSizes : [undefined], against } = values;
  const { rounds = usualRounds, seconds = usualSeconds } = values;
  const record = await showRace(report, (tell) =>
    race(openingsOf(values, report), { kinds, sizes, rounds, seconds, against }, tell),
  );
  const result = resultOf(record, circumstances);
  report.line(`\n${legend().join("\n")}`);
  showSection(machineSection(result), report);
  return result;
}

/** Everyone who is asked for. */
function openingsOf(values: RunValues, report: Report): readonly Opening[] {
  const rivals = rivalsOf(values);
  if (rivals.some((name) => peerNames.includes(name))) installPeers((line) => report.line(line));
  return [
    ...enginesOf(values).map((name) => ({ name, open: () => openEngine(name, values.arrays ?? residences) })),
    ...rivals.map((name) => ({ name, open: rivalTable[name]!.open })),
  ];
}

/** Throws `Failure` if one of ours failed or gave wrong outputs: a benchmark of that would be worth nothing. */
function throwFaults(measurements: readonly Measurement[]): void {
  const faults = measurements.flatMap(({ workload, leftOut }) =>
    leftOut.filter(({ fault }) => fault).map(({ name, reason }) => `  ${workload}, ${name}: ${reason}`),
  );
  if (faults.length > 0) throw new Failure(["Every output must be right, got:", ...faults].join("\n"));
}

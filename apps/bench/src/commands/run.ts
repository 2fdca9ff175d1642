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
import { residences } from "../contenders/residence.ts";
import { installPeers } from "../contenders/peers.ts";
import { Failure } from "../failure.ts";
import { describeMachine, loadAverage } from "../machine.ts";
import { baselineRule } from "../measure/baseline.ts";
import type { BenchResult, Machine, Measurement } from "../measure/result.ts";
import type { WorkloadKind } from "../measure/workload.ts";
import { largestSize, mostRounds, mostSeconds, sweepSizes, usualRounds, usualSeconds } from "../race/plan.ts";
import { resultOf } from "../race/record.ts";
import type { Report } from "../report/report.ts";
import { legend, machineSection } from "../report/summary.ts";
import { showSection } from "../report/terminal.ts";
import { suggestion } from "../suggestion.ts";
import { checkOutputs, finishResult, readResult, resultOptions } from "./files.ts";
import { type Place, type PlacedRace, browser, thisProcess, usualBeside } from "./places.ts";
import { selectWorkloads } from "./select.ts";
import { showRace } from "./show-race.ts";

/** The options where the race takes place there. */
function optionsFor({ engines, usualEngines, beside, peers }: Place) {
  return {
    engines: choices(engines, `engines: ${engines.join(", ")}, or all; by default ${usualEngines.join(",")}`),
    beside: choices(beside, `beside them: ${beside.join(", ")}, or all; by default ${usualBeside.join(",")}`),
    peers: flag(`beside them ${peers.join(", ")} too; installed into apps/bench/peers the first time`),
    browser: flag(`in a headless browser found here, on the engines ${browser.engines.join(", ")}`),
    hardware: flag("with --browser: WebGL of the graphics card, and not as the processor computes it"),
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
    lengths: namedCounts(undefined, largestSize, "lengths of the axes of losses: batch=64,classes=10"),
    ...resultOptions,
  };
}

type RunValues = OptionValues<ReturnType<typeof optionsFor>>;

/** Measures workloads. */
export const run: Command = {
  run: async (words, report) => {
    // Who can take part depends on where.
    const place = words.includes("--browser") ? browser : thisProcess;
    const options = optionsFor(place);
    const parsed = parseWords(words, options);
    if (parsed === "help") return report.line(help(describeOptions(options)));
    const { values, names } = parsed;
    const { kinds, places } = await selectWorkloads(names, values.lengths);
    const placed = placedRace(place, kinds, values);
    checkPlaces(places, values);
    checkReference(placed);
    checkHardware(values);
    checkChart(placed, values);
    checkOutputs(values);
    const baseline = values.baseline === undefined ? undefined : readResult("--baseline", values.baseline);
    const result = await measureAll(place, placed, values, commandLine(["run", ...words]), report);
    finishResult(result, baseline, values, report);
    throwFaults(result.measurements);
  },
};

function help(options: string): string {
  return `npm run bench -- run [WORKLOAD ..] [options]

Measures workloads by name (W1, huber, "vae corrected gradient", losses; "npm run bench -- list" shows them all), by default all of them,
or losses of your own: the file that exports one and its name there, ./wing.js#wing.

${options}

Everyone's outputs are checked against float64 before anything is timed; then everyone runs once in each round, in an order that
rotates, and the ratio to the reference is taken within each round.
For --baseline ${baselineRule}.`;
}

/** What is asked for, with what is usual where nothing is. */
function placedRace(place: Place, kinds: readonly WorkloadKind[], values: RunValues): PlacedRace {
  const { engines = place.usualEngines, beside = usualBeside, peers, against, arrays, lengths } = values;
  const { rounds = usualRounds, seconds = usualSeconds } = values;
  const { sizes = values.sweep === true ? sweepSizes : [undefined] } = values;
  const rivals = [...new Set([...beside, ...(peers === true ? place.peers : [])])];
  return { kinds, sizes, rounds, seconds, against, engines, beside: rivals, arrays, lengths };
}

/** Throws `Failure` if a page would have to know losses that are in files here. */
function checkPlaces([place]: readonly string[], { browser: inBrowser }: RunValues): void {
  if (place === undefined || inBrowser !== true) return;
  throw new Failure(`--browser must be without losses of your own, which its page has not, got ${place}.`);
}

/** Throws `Failure` if the reference is nobody who takes part. */
function checkReference({ against, engines, beside }: PlacedRace): void {
  if (against === undefined) return;
  const names = [...engines, ...beside];
  if (names.some((name) => against === name || against.startsWith(`${name} `))) return;
  throw new Failure(
    `--against must be one who takes part (${names.join(", ")}), got ${JSON.stringify(against)}.${suggestion(against, names)}`,
  );
}

function checkHardware({ hardware, browser: inBrowser }: RunValues): void {
  if (hardware === true && inBrowser !== true) throw new Failure("--hardware must come with --browser, got it alone.");
}

/** Throws `Failure` if there would be no chart of ratios. */
function checkChart({ sizes: { length } }: PlacedRace, { svg }: RunValues): void {
  if (svg === undefined || length === 1) return;
  throw new Failure(
    `--svg must be of one size, got ${length}: it compares entries at a size. --html has a chart of each sweep.`,
  );
}

async function measureAll(
  place: Place,
  placed: PlacedRace,
  { hardware }: RunValues,
  command: string,
  report: Report,
): Promise<BenchResult> {
  const peers = placed.beside.some((name) => place.peers.includes(name));
  if (peers) installPeers((line) => report.line(line));
  const [date, load] = [new Date().toISOString(), loadAverage()];
  let machine: Machine = describeMachine();
  const record = await showRace(report, async (tell) => {
    machine = { ...machine, ...(await place.race(placed, { hardware: hardware === true, peers }, tell)) };
  });
  const result = resultOf(record, { date, command, machine, loadAverage: load });
  report.line(`\n${legend().join("\n")}`);
  showSection(machineSection(result), report);
  return result;
}

/** Throws `Failure` if one of ours failed or gave wrong outputs: a benchmark of that would be worth nothing. */
function throwFaults(measurements: readonly Measurement[]): void {
  const faults = measurements.flatMap(({ workload, leftOut }) =>
    leftOut.filter(({ fault }) => fault).map(({ name, reason }) => `  ${workload}, ${name}: ${reason}`),
  );
  if (faults.length > 0) throw new Failure(["Every output must be right, got:", ...faults].join("\n"));
}

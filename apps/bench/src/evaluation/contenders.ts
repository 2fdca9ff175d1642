/** Who evaluates? symloss with several engines, readers and threads, and loops by hand. */
import { cpu } from "@symloss/engine-cpu";
import { wasm } from "@symloss/engine-wasm";
import type { Engine } from "@symloss/core";
import type { Report, Source } from "@symloss/evaluation";
import { duckdb, files } from "@symloss/evaluation/files";
import { runInWorkers } from "@symloss/evaluation/workers";
import { type PlainReport, evaluatePlainly } from "./plain.ts";
import { type ShardRows, memorySource } from "./rows.ts";
import { type SubjectStatistics, subject } from "./subject.ts";

/** Someone who evaluates all rows, by language. */
export interface Contender {
  readonly name: string;
  /** The metrics of all rows and of each language. */
  readonly run: () => Promise<Reports>;
}

/** Metrics by the name of a group, "all" for all rows. */
export type Reports = Readonly<Record<string, PlainReport>>;

/** Where rows are. */
export interface Data {
  readonly shards: readonly ShardRows[];
  readonly folder: string;
}

/** The name of the loops by hand, which others are compared with. */
export const byHand = "loops by hand, sums in float64";

/** Those that evaluate in this thread, and what ends their engines. */
export async function openContenders({
  shards,
  folder,
}: Data): Promise<{ readonly contenders: readonly Contender[]; readonly close: () => Promise<void> }> {
  const engines = { cpu: await cpu(), wasm: await wasm() };
  const memory = memorySource(shards);
  const readers: Readonly<Record<string, Source>> = {
    hyparquet: files("*.parquet", { folder }),
    DuckDB: duckdb("*.parquet", { folder }),
  };
  const ofEngines = Object.entries(engines).flatMap(([name, engine]) => [
    evaluating(`${name}, arrays in memory`, memory, engine),
    ...Object.entries(readers).map(([reader, source]) => evaluating(`${name}, Parquet by ${reader}`, source, engine)),
  ]);
  return {
    contenders: [{ name: byHand, run: async () => evaluatePlainly(shards) }, ...ofEngines],
    close: async () => {
      for (const engine of Object.values(engines)) await engine.dispose();
    },
  };
}

function evaluating(name: string, source: Source, engine: Engine): Contender {
  return { name, run: async () => reportsOf(await subject.run(source, { engine, by: "lang" })) };
}

/** Those that evaluate the files of a folder in threads: in one, and in so many. */
export function threadContenders(folder: string, threads: number): readonly Contender[] {
  const address = new URL("./thread.js", import.meta.url);
  address.search = new URLSearchParams({ folder }).toString();
  return [1, threads].map((workers) => ({
    name: `wasm, Parquet by hyparquet, ${workers} ${workers === 1 ? "thread" : "threads"}`,
    run: async () => reportsOf(await runInWorkers<SubjectStatistics>(address, { workers, by: "lang" })),
  }));
}

type SubjectReport = Report<SubjectStatistics>;
type OwnResults = Pick<SubjectReport, "loss" | "confusion" | "area" | "calibration" | "moments">;

function reportsOf(report: SubjectReport): Reports {
  const plain = ({ loss, confusion, area, calibration, moments }: OwnResults): PlainReport => ({
    loss: loss.mean,
    accuracy: confusion.accuracy,
    area: area.value,
    expectedError: calibration.expectedError,
    meanSquaredError: moments.meanSquaredError,
  });
  const groups = Object.entries(report.by).map(([name, own]) => [name, plain(own as SubjectReport)] as const);
  return { all: plain(report), ...Object.fromEntries(groups) };
}

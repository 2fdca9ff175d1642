/** How is a function evaluated over rows, of any number, wherever they come from? */
import { DTypeError, type Engine, EngineError, OutOfRangeError, type Tensor } from "@symloss/core";
import {
  type OptionRule,
  type OptionTable,
  checkOptions,
  describe,
  engineRule,
  flagRule,
  functionRule,
  recordRule,
  requireRule,
} from "@symloss/core/engine";
import { BadRows } from "./bad-rows.ts";
import { type Checkpoint, CheckpointLog, isCheckpoint } from "./checkpoint.ts";
import { type Column, type ColumnSpecs, isWanted, readBatch, readColumns } from "./columns.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { Aborting } from "./platform.ts";
import type { Progress } from "./progress.ts";
import { RowRun, type RowRunSubject, wantedBy } from "./row-run.ts";
import { integerRule } from "./rules.ts";
import type { Prepared } from "./running.ts";
import { type RunStore, runsRule } from "./runs/run-store.ts";
import {
  type EvaluationState,
  type MergeOptions,
  type SkippedRows,
  type StatisticStates,
  canonical,
  checkState,
  digestOf,
  emptyState,
  mergeStates,
  readState,
  recordOf,
  mostGroups,
  requireGroups,
} from "./state.ts";
import { type Rows, shardsOf, sourceRule } from "./source.ts";
import type { Statistic } from "./statistic.ts";
import { type EvaluationFunction, type Subject, keyOf, traceSubject } from "./subject.ts";

/** Statistics by name. */
export type Statistics = Readonly<Record<string, Statistic>>;

/** The results of statistics by name. */
export type Results<S extends Statistics> = {
  readonly [Name in keyof S]: S[Name] extends Statistic<infer Result> ? Result : never;
};

/** What is known after some rows. */
export type Report<S extends Statistics> = Results<S> & {
  readonly rows: number;
  readonly skipped: Readonly<Record<string, SkippedRows>>;
  /** Of the state: equal for equal rows, whatever their order and cut. */
  readonly digest: string;
  /** By what rows were computed. */
  readonly fingerprint: string | null;
  readonly key: string;
  /** The results of each group, if rows were grouped. */
  readonly by: Readonly<Record<string, Results<S> & { readonly rows: number }>>;
};

/** The columns of the data, and how many rows are computed at a time. */
export interface EvaluationOptions<Specs extends ColumnSpecs = ColumnSpecs> {
  readonly columns: Specs;
  /** A column of texts or integers: to which query each row belongs. All rows of a query stand together, in one shard. */
  readonly query?: string | undefined;
  /** Default 4096. */
  readonly batch?: number | undefined;
}

/** Where and how rows are computed. */
export interface RunOptions {
  readonly engine: Engine;
  /** A column of names, or of other values, by which rows are grouped; all rows count together as well. */
  readonly by?: string | undefined;
  /** What is done about a row that is null, or that a loss refuses: `"stop"` (default) throws, `"skip"` leaves it out and counts it. */
  readonly badRows?: "stop" | "skip" | undefined;
  /** Default 10000. */
  readonly maxGroups?: number | undefined;
  /** The name of the data, which stands in addresses of rows, unless they come in shards. Default "". */
  readonly shard?: string | undefined;
  readonly signal?: Aborting | undefined;
  /** Where the run writes what it has done, and where another, of the same source, goes on from there: `fileCheckpoint("run.jsonl")`. */
  readonly checkpoint?: Checkpoint | undefined;
  /** Where numbers of statistics with `exact: true` are kept that have no room in memory or in the text of a state: `fileRuns("runs")`. */
  readonly runs?: RunStore | undefined;
  /** Is called ten times a second, and at the end. Shards are listed before they are read then. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Whether an engine is refused on which the bits of a row depend on the rows beside it. Default true. */
  readonly requireRowIndependent?: boolean | undefined;
}

const text = { must: "a text", holds: (value: unknown) => typeof value === "string", error: OutOfRangeError } as const;

const evaluationOptions: OptionTable<EvaluationOptions> = {
  columns: recordRule,
  query: text,
  batch: integerRule(),
};

/** What is needed for a report. */
export interface ResultOptions {
  /** Where the runs are to which the state refers. */
  readonly runs?: RunStore | undefined;
}

const mergeOptions: OptionTable<MergeOptions> = { anyFingerprint: flagRule, runs: runsRule };

/** The rules of these options. */
export const runOptions: OptionTable<RunOptions> = {
  engine: engineRule,
  by: text,
  badRows: { must: '"stop" or "skip"', holds: (value) => value === "stop" || value === "skip", error: OutOfRangeError },
  maxGroups: integerRule(),
  shard: text,
  signal: { must: "an AbortSignal", holds: isSignal, error: OutOfRangeError },
  runs: runsRule,
  checkpoint: { must: "a checkpoint", holds: isCheckpoint, error: OutOfRangeError },
  onProgress: { ...functionRule, required: false },
  requireRowIndependent: flagRule,
};

function isSignal(value: unknown): boolean {
  const { throwIfAborted, addEventListener } = (value ?? {}) as Partial<Aborting>;
  return typeof throwIfAborted === "function" && typeof addEventListener === "function";
}

/**
 * A function of columns to statistics, which is evaluated over rows. It is traced once; what it computes of a row must depend on that row
 * alone, and is the same to the last bit in whatever order and partition rows come.
 * Throws `DTypeError`, `ShapeError` or `OutOfRangeError` if columns or statistics are not what they must be, or if the function joins rows.
 * @example const test = evaluation(({ x }) => ({ size: states.mean(x) }), { columns: { x: "float32" } });
 */
export function evaluation<const Specs extends ColumnSpecs, S extends Statistics>(
  fn: (columns: { readonly [Name in keyof Specs]: Tensor }) => S,
  options: EvaluationOptions<Specs>,
): Evaluation<S> {
  requireRule("evaluation", "fn", functionRule, fn);
  checkOptions("evaluation", options, evaluationOptions);
  const columns = readColumns("evaluation", options.columns);
  return new Evaluation<S>(fn as EvaluationFunction, columns, options.query, options.batch ?? 4096);
}

const noShape =
  "the shape of rows must be known, got columns by a pattern and no batch yet. List the columns by name, or run first.";
const noBatch = "there must be a batch at least, whose columns say the shape of rows, got none.";

/** An evaluation: its states form an algebra, of which `run` is the usual way around. */
export class Evaluation<S extends Statistics> {
  readonly #fn: EvaluationFunction;
  readonly #columns: readonly Column[];
  readonly #query: string | undefined;
  readonly #batch: number;
  #subject: Subject | undefined;
  #prepared: Promise<Prepared> | undefined;

  /** @internal */
  constructor(fn: EvaluationFunction, columns: readonly Column[], query: string | undefined, batch: number) {
    this.#fn = fn;
    this.#columns = columns;
    this.#query = query;
    this.#batch = batch;
    // Otherwise the shape of rows is known with the first of them.
    if (columns.every(({ shape }) => shape !== undefined)) {
      this.#subject = traceSubject("evaluation", fn, columns, query);
    }
  }

  /** The report of all rows. Throws, naming shard and row, if one is bad, unless these are skipped; and whatever the source throws. */
  async run(source: Rows, options: RunOptions): Promise<Report<S>> {
    const state = await this.#take("run", undefined, source, options);
    return this.result(state, { runs: options.runs });
  }

  /** The state of no rows. */
  async empty(): Promise<EvaluationState> {
    const { key, subject } = await this.#known("empty");
    return emptyState(key, subject);
  }

  /** The state of the rows of a state, if one is given, and of more. */
  async update(state: EvaluationState | undefined, source: Rows, options: RunOptions): Promise<EvaluationState> {
    return this.#take("update", state, source, options);
  }

  /** The state of the rows of both. Throws `OutOfRangeError` if they are of different evaluations, or were computed by different means. */
  async merge(left: EvaluationState, right: EvaluationState, options: MergeOptions = {}): Promise<EvaluationState> {
    checkOptions("merge", options, mergeOptions);
    const { subject } = await this.#known("merge");
    return mergeStates("merge", [left, right], subject.kinds, options);
  }

  /** The state of the rows of all of these, which reads runs in files once. Throws what `merge` throws. */
  async mergeAll(states: readonly EvaluationState[], options: MergeOptions = {}): Promise<EvaluationState> {
    checkOptions("mergeAll", options, mergeOptions);
    if (!Array.isArray(states)) throw new DTypeError(`mergeAll: states must be a list, got ${describe(states)}.`);
    const { key, subject } = await this.#known("mergeAll");
    return mergeStates("mergeAll", [await emptyState(key, subject), ...states], subject.kinds, options);
  }

  /** The report of a state. */
  async result(state: EvaluationState, options: ResultOptions = {}): Promise<Report<S>> {
    const { runs } = checkOptions("result", options, { runs: runsRule }) as ResultOptions;
    const { subject } = await this.#known("result");
    const results = async ({ states, rows }: StatisticStates): Promise<object> => {
      const own: [string, unknown][] = [];
      for (const [name, kind] of subject.kinds) own.push([name, await kind.result(states[name]!, runs)]);
      return { ...Object.fromEntries(own), rows };
    };
    const by: [string, object][] = [];
    for (const [group, own] of Object.entries(state.by ?? {})) by.push([group, await results(own)]);
    return {
      ...(await results(state)),
      skipped: state.skipped,
      digest: await digestOf(state, subject.kinds),
      fingerprint: state.fingerprint,
      key: state.key,
      by: recordOf(by),
    } as unknown as Report<S>;
  }

  /** The text of a state: JSON, the same for the same rows. */
  write(state: EvaluationState): string {
    return canonical(state);
  }

  /** The state of a text. Throws `DTypeError` or `OutOfRangeError`, naming the part, if it is no state of this evaluation. */
  async read(text_: string): Promise<EvaluationState> {
    const { key, subject } = await this.#known("read");
    return readState(text_, key, subject);
  }

  /** Reads a batch, if columns by a pattern leave the shape of rows open, so that states can be read and merged without rows. */
  async prepareFor(source: Rows): Promise<void> {
    if (this.#subject !== undefined) return;
    for await (const part of shardsOf("prepareFor", source, "")) {
      for await (const batch of part.read((column) => isWanted(this.#columns, column))) {
        const bad = new BadRows("skip", "prepareFor", { shard: part.shard, first: 0, from: 0 });
        const asked = { by: undefined, query: undefined, bad, offered: undefined };
        await this.#prepare(readBatch("prepareFor", this.#columns, batch, asked).columns);
        return;
      }
    }
  }

  /** What is prepared. Throws `OutOfRangeError` if rows have no known shape yet. */
  async #known(caller: string, otherwise: string = noShape): Promise<Prepared> {
    if (this.#subject === undefined) throw new OutOfRangeError(`${caller}: ${otherwise}`);
    return this.#prepare(this.#columns);
  }

  /** With the shapes of the first batch, if they were not known. */
  #prepare(columns: readonly Column[]): Promise<Prepared> {
    this.#subject ??= traceSubject("evaluation", this.#fn, columns, this.#query);
    const subject = this.#subject;
    this.#prepared ??= keyOf(columns, subject).then((key) => ({ columns, subject, key }));
    return this.#prepared;
  }

  async #take(
    caller: string,
    before: EvaluationState | undefined,
    source: Rows,
    options: RunOptions,
  ): Promise<EvaluationState> {
    checkOptions(caller, options, runOptions);
    const { engine, shard = "", maxGroups = mostGroups, requireRowIndependent = true } = options;
    if (requireRowIndependent && !engine.traits.rowIndependent) {
      throw new EngineError(
        `${caller}: the engine must give a row the same bits beside any rows, as cpu and wasm do, got engine "${engine.name}" (${engine.device}). ` +
          "requireRowIndependent: false takes it all the same.",
      );
    }
    const log = await this.#openLog(caller, source, options);
    const own = await new RowRun(caller, this.#rowRunSubject, options, log).take(shardsOf(caller, source, shard));
    const { key, subject } = await this.#known(caller, noBatch);
    const known = [before, own].filter((state) => state !== undefined);
    const merged = known.length > 1 ? mergeStates(caller, known, subject.kinds, { runs: options.runs }) : known[0];
    const state = (await merged) ?? (await emptyState(key, subject));
    requireGroups(caller, state, maxGroups);
    return state;
  }

  get #rowRunSubject(): RowRunSubject {
    return {
      columns: this.#columns,
      query: this.#query,
      batch: this.#batch,
      prepare: (columns) => this.#prepare(columns),
      empty: () => this.empty(),
    };
  }

  /** @internal Throws `OutOfRangeError`, naming the part, if a value is no state of this evaluation. */
  async check(state: unknown): Promise<void> {
    const { key, subject } = await this.#known("read");
    checkState(state, key, subject);
  }

  /** @internal Whether a column of the data is read, if rows are grouped by one. */
  wants(by: string | undefined): (column: string) => boolean {
    return wantedBy(this.#rowRunSubject, by);
  }

  async #openLog(caller: string, source: Rows, options: RunOptions): Promise<CheckpointLog | undefined> {
    const { checkpoint, engine, by, badRows = "stop" } = options;
    if (checkpoint === undefined) return undefined;
    requireRule(caller, "source", sourceRule, source);
    await this.prepareFor(source);
    const { key, subject } = await this.#known(caller, noBatch);
    const setting = { by: by ?? null, badRows, key, fingerprint: fingerprintOf(engine, this.#batch) };
    return CheckpointLog.open(caller, checkpoint, setting, {
      check: (state) => checkState(state, key, subject),
      merge: (states) => mergeStates(caller, states, subject.kinds, { runs: options.runs }),
    });
  }
}

/** The rule of an argument that is one. */
export const evaluationRule: OptionRule = {
  must: "an evaluation",
  holds: (value) => value instanceof Evaluation,
  error: DTypeError,
};

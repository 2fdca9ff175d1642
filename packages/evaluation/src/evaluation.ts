/** How is a function evaluated over rows, of any number, wherever they come from? */
import {
  type Engine,
  EngineError,
  NDArray,
  OutOfRangeError,
  type Tensor,
  type TypedArray,
  compile,
} from "@symloss/core";
import {
  type OptionTable,
  allocate,
  checkOptions,
  engineRule,
  flagRule,
  functionRule,
  recordRule,
  requireRule,
} from "@symloss/core/engine";
import { type Column, type ColumnSpecs, type ReadBatch, isWanted, readBatch, readColumns } from "./columns.ts";
import { BadRows } from "./bad-rows.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { type Aborting, pause, sha256 } from "./platform.ts";
import { integerRule } from "./rules.ts";
import {
  type EvaluationState,
  type MergeOptions,
  type SkippedRows,
  type StatisticStates,
  canonical,
  emptyState,
  mergeSkipped,
  mergeStates,
  mergeStatistics,
  readState,
  recordOf,
} from "./state.ts";
import { type Rows, shardsOf } from "./source.ts";
import type { Statistic } from "./statistic.ts";
import { type EvaluationFunction, type Subject, keyOf, traceSubject } from "./subject.ts";
import { Taking } from "./taking.ts";

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
  /** Is called now and then, with the number of rows so far. */
  readonly onProgress?: ((progress: { readonly rows: number }) => void) | undefined;
  /** Whether an engine is refused on which the bits of a row depend on the rows beside it. Default true. */
  readonly requireRowIndependent?: boolean | undefined;
}

const evaluationOptions: OptionTable<EvaluationOptions> = {
  columns: recordRule,
  batch: integerRule(),
};

const text = { must: "a text", holds: (value: unknown) => typeof value === "string", error: OutOfRangeError } as const;

const runOptions: OptionTable<RunOptions> = {
  engine: engineRule,
  by: text,
  badRows: { must: '"stop" or "skip"', holds: (value) => value === "stop" || value === "skip", error: OutOfRangeError },
  maxGroups: integerRule(),
  shard: text,
  signal: { must: "an AbortSignal", holds: isSignal, error: OutOfRangeError },
  onProgress: { ...functionRule, required: false },
  requireRowIndependent: flagRule,
};

function isSignal(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && typeof (value as Partial<Aborting>).throwIfAborted === "function"
  );
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
  return new Evaluation<S>(fn as EvaluationFunction, columns, options.batch ?? 4096);
}

/** What was prepared for rows of some shapes. */
interface Prepared {
  readonly columns: readonly Column[];
  readonly subject: Subject;
  readonly key: string;
}

/** An evaluation: its states form an algebra, of which `run` is the usual way around. */
export class Evaluation<S extends Statistics> {
  readonly #fn: EvaluationFunction;
  readonly #columns: readonly Column[];
  readonly #batch: number;
  #subject: Subject | undefined;
  #prepared: Promise<Prepared> | undefined;

  /** @internal */
  constructor(fn: EvaluationFunction, columns: readonly Column[], batch: number) {
    this.#fn = fn;
    this.#columns = columns;
    this.#batch = batch;
    // Otherwise the shape of rows is known with the first of them.
    if (columns.every(({ shape }) => shape !== undefined)) this.#subject = traceSubject("evaluation", fn, columns);
  }

  /** The report of all rows. Throws, naming shard and row, if one is bad, unless these are skipped; and whatever the source throws. */
  async run(source: Rows, options: RunOptions): Promise<Report<S>> {
    const state = await this.#take("run", undefined, source, options);
    return this.result(state);
  }

  /** The state of no rows. */
  async empty(): Promise<EvaluationState> {
    const { key, subject } = await this.#known("empty");
    return emptyState(key, subject.kinds);
  }

  /** The state of the rows of a state, and of more. */
  async update(state: EvaluationState, source: Rows, options: RunOptions): Promise<EvaluationState> {
    return this.#take("update", state, source, options);
  }

  /** The state of the rows of both. Throws `OutOfRangeError` if they are of different evaluations, or were computed by different means. */
  async merge(left: EvaluationState, right: EvaluationState, options: MergeOptions = {}): Promise<EvaluationState> {
    checkOptions("merge", options, { anyFingerprint: flagRule });
    const { subject } = await this.#known("merge");
    return mergeStates(left, right, subject.kinds, options);
  }

  /** The report of a state. */
  async result(state: EvaluationState): Promise<Report<S>> {
    const { subject } = await this.#known("result");
    const results = ({ states, rows }: StatisticStates): object => ({
      ...Object.fromEntries([...subject.kinds].map(([name, kind]) => [name, kind.result(states[name]!)])),
      rows,
    });
    return {
      ...results(state),
      skipped: state.skipped,
      digest: (await sha256(canonical(state))).slice(0, 32),
      fingerprint: state.fingerprint,
      key: state.key,
      by: recordOf(Object.entries(state.by ?? {}).map(([group, own]) => [group, results(own)])),
    } as unknown as Report<S>;
  }

  /** The text of a state: JSON, the same for the same rows. */
  write(state: EvaluationState): string {
    return canonical(state);
  }

  /** The state of a text. Throws `DTypeError` or `OutOfRangeError`, naming the part, if it is no state of this evaluation. */
  async read(text_: string): Promise<EvaluationState> {
    const { key, subject } = await this.#known("read");
    return readState(text_, key, subject.kinds);
  }

  async #known(caller: string): Promise<Prepared> {
    if (this.#prepared === undefined && this.#subject === undefined) {
      throw new OutOfRangeError(
        `${caller}: the shape of rows must be known, got columns by a pattern and no batch yet. List the columns by name, or run first.`,
      );
    }
    return this.#prepare(this.#columns);
  }

  /** With the shapes of the first batch, if they were not known. */
  #prepare(columns: readonly Column[]): Promise<Prepared> {
    this.#subject ??= traceSubject("evaluation", this.#fn, columns);
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
    const { engine, by, shard = "", signal, onProgress, maxGroups = 10_000, requireRowIndependent = true } = options;
    if (requireRowIndependent && !engine.traits.rowIndependent) {
      throw new EngineError(
        `${caller}: the engine must give a row the same bits beside any rows, as cpu and wasm do, got engine "${engine.name}" (${engine.device}). ` +
          "requireRowIndependent: false takes it all the same.",
      );
    }
    let running: Running | undefined;
    let read = 0;
    let told = Date.now();
    try {
      for await (const part of shardsOf(caller, source, shard)) {
        let first = 0;
        for await (const batch of part.read((column) => column === by || isWanted(this.#columns, column))) {
          signal?.throwIfAborted();
          const bad = new BadRows(options.badRows ?? "stop", caller, part.shard, first);
          const given = readBatch(caller, this.#columns, batch, { by, bad });
          running ??= new Running(await this.#prepare(given.columns), this.#batch, { engine, maxGroups });
          await running.add(given, { shard: part.shard, first }, bad);
          first += given.rows;
          read += given.rows;
          if (Date.now() - told < 100) continue;
          told = Date.now();
          onProgress?.({ rows: read });
          // Otherwise timers and sockets would wait for the end.
          await pause();
        }
      }
      const { key, subject } = await this.#prepare(running?.columns ?? this.#requireColumns(caller));
      const start = before ?? emptyState(key, subject.kinds);
      if (running === undefined) return start;
      const own = await running.finish(by !== undefined);
      onProgress?.({ rows: read });
      return mergeStates(start, own, subject.kinds, {});
    } finally {
      await running?.dispose();
    }
  }

  #requireColumns(caller: string): readonly Column[] {
    if (this.#columns.every(({ shape }) => shape !== undefined)) return this.#columns;
    throw new OutOfRangeError(
      `${caller}: there must be a batch at least, whose columns say the shape of rows, got none.`,
    );
  }
}

/** Where the first row of a batch is. */
interface Place {
  readonly shard: string;
  readonly first: number;
}

/** A run: rows are gathered until a whole batch can be computed, always of one shape. */
class Running {
  readonly columns: readonly Column[];
  readonly subject: Subject;
  readonly #key: string;
  readonly #engine: Engine;
  readonly #batch: number;
  readonly #taking: Taking;
  readonly #run: ReturnType<typeof compileColumns>;
  readonly #inputs: readonly NDArray[];
  readonly #outputs: readonly TypedArray[];
  readonly #numbers: Float64Array;
  readonly #shards: string[] = [];
  #groups: string[] | undefined;
  #filled = 0;
  #skipped: EvaluationState["skipped"] = {};

  constructor(
    { columns, subject, key }: Prepared,
    batch: number,
    { engine, maxGroups }: { readonly engine: Engine; readonly maxGroups: number },
  ) {
    this.columns = columns;
    this.subject = subject;
    this.#key = key;
    this.#engine = engine;
    this.#batch = batch;
    this.#taking = new Taking(subject.statistics, maxGroups);
    this.#run = compileColumns(columns, subject, engine);
    this.#inputs = columns.map(({ dtype, shape }) => {
      const whole = [batch, ...shape!];
      return new NDArray(
        allocate(
          dtype,
          whole.reduce((size, length) => size * length, 1),
        ),
        whole,
        dtype,
      );
    });
    this.#outputs = subject.graph.outputs.map(({ dtype }) => allocate(dtype, batch));
    this.#numbers = new Float64Array(batch);
  }

  /** Adds the rows of a batch of the source. */
  async add({ rows, arrays, groups }: ReadBatch, place: Place, bad: BadRows): Promise<void> {
    bad.check(this.subject.checks, arrays);
    this.#skipped = mergeSkipped(this.#skipped, bad.skipped);
    for (let row = 0; row < rows;) {
      if (bad.has(row)) {
        row++;
        continue;
      }
      let end = Math.min(rows, row + this.#batch - this.#filled);
      for (let next = row + 1; bad.size > 0 && next < end; next++) if (bad.has(next)) end = next;
      this.#copy(arrays, groups, row, end, place);
      row = end;
      if (this.#filled === this.#batch) await this.#compute();
    }
  }

  #copy(
    arrays: readonly NDArray[],
    groups: readonly string[] | undefined,
    from: number,
    to: number,
    { shard, first }: Place,
  ): void {
    for (const [index, { data }] of arrays.entries()) {
      const target = this.#inputs[index]!.data;
      const width = target.length / this.#batch;
      target.set(data.subarray(from * width, to * width), this.#filled * width);
    }
    for (let row = from; row < to; row++) {
      const place = this.#filled + row - from;
      this.#numbers[place] = first + row;
      this.#shards[place] = shard;
      if (groups !== undefined) (this.#groups ??= [])[place] = groups[row]!;
    }
    this.#filled += to - from;
  }

  async #compute(): Promise<void> {
    const count = this.#filled;
    this.#filled = 0;
    await this.#run.into(this.#outputs, this.#inputs);
    const origin = { shards: this.#shards, rows: this.#numbers };
    this.#taking.take({ columns: this.#outputs, count, groups: this.#groups, origin });
  }

  /** The state of all rows. */
  async finish(isGrouped: boolean): Promise<EvaluationState> {
    if (this.#filled > 0) {
      this.#pad();
      await this.#compute();
    }
    const { states } = this.#taking;
    const empty = emptyState(this.#key, this.subject.kinds);
    const total = [...states.values()].reduce<StatisticStates>(
      (sum, own) => mergeStatistics(sum, own, this.subject.kinds),
      empty,
    );
    return {
      ...empty,
      ...total,
      fingerprint: fingerprintOf(this.#engine, this.#batch),
      skipped: this.#skipped,
      by: isGrouped ? recordOf(states) : null,
    };
  }

  /** The rest of the batch repeats its first row, so that it passes every check; no state sees it. */
  #pad(): void {
    for (const { data } of this.#inputs) {
      const width = data.length / this.#batch;
      for (let row = this.#filled; row < this.#batch; row++) data.copyWithin(row * width, 0, width);
    }
  }

  async dispose(): Promise<void> {
    await this.#run.dispose();
  }
}

/** The compiled columns: all arguments in a list. */
function compileColumns(columns: readonly Column[], { compute }: Subject, engine: Engine) {
  const fn = (given: readonly Tensor[]): Tensor[] =>
    compute(Object.fromEntries(columns.map(({ name }, index) => [name, given[index]!])));
  return compile(fn, { engine });
}

/** How do computed rows get into states? Those of each group into its own. */
import { OutOfRangeError, type TypedArray } from "@symloss/core";
import { QueryRows, type Taker } from "./query-rows.ts";
import { type StatisticStates, mergeStatistics, startedStates } from "./state.ts";
import type { Accumulator, Origin, QueryAccumulator } from "./statistic.ts";
import type { NamedStatistic, Subject } from "./subject.ts";

/** The accumulators of some statistics, and how many rows they have taken. */
class Group {
  readonly #ofRows: readonly Taker<Accumulator>[];
  readonly #ofQueries: readonly Taker<QueryAccumulator>[];
  readonly #query: QueryRows;
  #rows = 0;

  constructor(statistics: readonly NamedStatistic[]) {
    this.#ofRows = statistics.flatMap(({ name, kind, places }) =>
      kind.takes === "rows" ? [{ name, places, accumulator: kind.start() }] : [],
    );
    this.#ofQueries = statistics.flatMap(({ name, kind, places }) =>
      kind.takes === "queries" ? [{ name, places, accumulator: kind.start() }] : [],
    );
    this.#query = new QueryRows(this.#ofQueries);
  }

  add({ columns, origin, queries }: TakenRows, from: number, to: number): void {
    for (const { accumulator, places } of this.#ofRows) {
      accumulator.add(
        places.map((place) => columns[place]!),
        from,
        to,
        origin,
      );
    }
    if (this.#ofQueries.length > 0) this.#query.add(columns, from, to, queries!);
    this.#rows += to - from;
  }

  get isEmpty(): boolean {
    return this.#rows === 0;
  }

  /** After which no query goes on. */
  get states(): StatisticStates {
    this.#query.end();
    const takers = [...this.#ofRows, ...this.#ofQueries];
    return {
      rows: this.#rows,
      states: Object.fromEntries(takers.map(({ name, accumulator }) => [name, accumulator.state])),
    };
  }
}

/** What is taken of rows. */
interface TakenRows {
  /** Each has a number for each row. */
  readonly columns: readonly TypedArray[];
  readonly origin: Origin;
  /** The number of the query of each row, if rows are those of queries. */
  readonly queries: Float64Array | undefined;
}

/** Rows that were computed. */
export interface ComputedRows extends TakenRows {
  readonly count: number;
  /** The group of each row, if rows are grouped. */
  readonly groups: readonly string[] | undefined;
}

/** Takes rows into states. */
export class Taking {
  readonly #subject: Pick<Subject, "statistics" | "kinds">;
  readonly #mostGroups: number;
  /** The statistics of queries, whose rows may be in several groups. */
  readonly #whole: Group;
  /** The number of each group, by its name; "" if rows are not grouped. */
  readonly #numbers = new Map<string, number>();
  readonly #groups: Group[] = [];
  /** The columns in the order of groups. */
  #sorted: TypedArray[] = [];

  constructor(subject: Pick<Subject, "statistics" | "kinds">, mostGroups: number) {
    this.#subject = subject;
    this.#mostGroups = mostGroups;
    this.#whole = new Group(subject.statistics.filter(({ kind }) => kind.takes === "queries"));
  }

  /** Throws `OutOfRangeError` if there are too many groups. */
  take(rows: ComputedRows): void {
    const { count, groups, origin, queries } = rows;
    if (groups === undefined) {
      this.#groups[this.#numberOf("")]!.add(rows, 0, count);
      return;
    }
    this.#whole.add(rows, 0, count);
    const { order, ends } = this.#orderByGroup(groups, count);
    const sorted: TakenRows = {
      columns: this.#sort(rows.columns, order),
      origin: {
        shards: Array.from(order, (row) => origin.shards[row]!),
        rows: Float64Array.from(order, (row) => origin.rows[row]!),
      },
      queries: queries === undefined ? undefined : Float64Array.from(order, (row) => queries[row]!),
    };
    for (const [group, end] of ends.entries()) {
      const from = group === 0 ? 0 : ends[group - 1]!;
      if (end > from) this.#groups[group]!.add(sorted, from, end);
    }
  }

  /** The states of all rows, and those by group. */
  get states(): { readonly total: StatisticStates; readonly groups: ReadonlyMap<string, StatisticStates> } {
    const { kinds } = this.#subject;
    const groups = new Map([...this.#numbers].map(([name, number]) => [name, this.#groups[number]!.states]));
    const nothing: StatisticStates = { rows: 0, states: startedStates(kinds) };
    const total = [...groups.values()].reduce((sum, own) => mergeStatistics(sum, own, kinds), nothing);
    if (this.#whole.isEmpty) return { total, groups };
    return { total: { ...total, states: { ...total.states, ...this.#whole.states.states } }, groups };
  }

  /** The rows, those of each group beside each other, and where each group ends. */
  #orderByGroup(groups: readonly string[], count: number): { readonly order: Int32Array; readonly ends: Int32Array } {
    const numbers = new Int32Array(count);
    for (let row = 0; row < count; row++) numbers[row] = this.#numberOf(groups[row]!);
    const ends = new Int32Array(this.#groups.length);
    for (const number of numbers) ends[number]!++;
    for (let group = 1; group < ends.length; group++) ends[group]! += ends[group - 1]!;
    const next = ends.slice();
    const order = new Int32Array(count);
    // From behind, so that the rows of a group stay in their order.
    for (let row = count - 1; row >= 0; row--) order[--next[numbers[row]!]!] = row;
    return { order, ends };
  }

  #numberOf(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    if (this.#groups.length === this.#mostGroups) {
      throw new OutOfRangeError(
        `run: by must have at most ${this.#mostGroups} groups, got one more, ${JSON.stringify(name)}. maxGroups allows more.`,
      );
    }
    this.#numbers.set(name, this.#groups.length);
    return this.#groups.push(new Group(this.#subject.statistics)) - 1;
  }

  #sort(columns: readonly TypedArray[], order: Int32Array): readonly TypedArray[] {
    this.#sorted = columns.map((column, index) => {
      const target = this.#sorted[index] ?? column.slice();
      for (let place = 0; place < order.length; place++) target[place] = column[order[place]!]!;
      return target;
    });
    return this.#sorted;
  }
}

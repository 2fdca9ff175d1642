/** How do computed rows get into states? Those of each group into its own. */
import { OutOfRangeError, type TypedArray } from "@symloss/core";
import type { StatisticStates } from "./state.ts";
import type { Accumulator, Origin } from "./statistic.ts";
import type { NamedStatistic } from "./subject.ts";

/** The accumulators of some statistics, and how many rows they have taken. */
class Group {
  readonly #statistics: readonly NamedStatistic[];
  readonly #accumulators: readonly Accumulator[];
  #rows = 0;

  constructor(statistics: readonly NamedStatistic[]) {
    this.#statistics = statistics;
    this.#accumulators = statistics.map(({ kind }) => kind.start());
  }

  add(columns: readonly TypedArray[], from: number, to: number, origin: Origin): void {
    for (const [index, { places }] of this.#statistics.entries()) {
      this.#accumulators[index]!.add(
        places.map((place) => columns[place]!),
        from,
        to,
        origin,
      );
    }
    this.#rows += to - from;
  }

  get states(): StatisticStates {
    const states = this.#statistics.map(({ name }, index) => [name, this.#accumulators[index]!.state] as const);
    return { rows: this.#rows, states: Object.fromEntries(states) };
  }
}

/** Rows that were computed. */
export interface ComputedRows {
  /** Each has a number for each row. */
  readonly columns: readonly TypedArray[];
  readonly count: number;
  /** The group of each row, if rows are grouped. */
  readonly groups: readonly string[] | undefined;
  readonly origin: Origin;
}

/** Takes rows into states. */
export class Taking {
  readonly #statistics: readonly NamedStatistic[];
  readonly #mostGroups: number;
  /** The number of each group, by its name; "" if rows are not grouped. */
  readonly #numbers = new Map<string, number>();
  readonly #groups: Group[] = [];
  /** The columns in the order of groups. */
  #sorted: TypedArray[] = [];

  constructor(statistics: readonly NamedStatistic[], mostGroups: number) {
    this.#statistics = statistics;
    this.#mostGroups = mostGroups;
  }

  /** Throws `OutOfRangeError` if there are too many groups. */
  take({ columns, count, groups, origin }: ComputedRows): void {
    if (groups === undefined) {
      this.#groups[this.#numberOf("")]!.add(columns, 0, count, origin);
      return;
    }
    const { order, ends } = this.#orderByGroup(groups, count);
    const sorted = this.#sort(columns, order);
    const own: Origin = {
      shards: Array.from(order, (row) => origin.shards[row]!),
      rows: Float64Array.from(order, (row) => origin.rows[row]!),
    };
    for (const [group, end] of ends.entries()) {
      const from = group === 0 ? 0 : ends[group - 1]!;
      if (end > from) this.#groups[group]!.add(sorted, from, end, own);
    }
  }

  /** The states by group. */
  get states(): ReadonlyMap<string, StatisticStates> {
    return new Map([...this.#numbers].map(([name, number]) => [name, this.#groups[number]!.states]));
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
    return this.#groups.push(new Group(this.#statistics)) - 1;
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

/** Which rows of a batch can't be taken, and why? One is null, or a loss refuses it. */
import { type NDArray, OutOfRangeError, isSymlossError } from "@symloss/core";
import { type HostCheck, runCheck } from "@symloss/core/engine";
import { type EvaluationState, type SkippedRows, mostAddresses, recordOf } from "./state.ts";

/** What is done about them. */
export type BadRowPolicy = "stop" | "skip";

/** Where a batch is. */
export interface BatchPlace {
  readonly shard: string;
  /** The number of its first row in its shard. */
  readonly first: number;
  /** The first of its rows that counts: those before are known. */
  readonly from: number;
}

/** The bad rows of a batch. */
export class BadRows {
  readonly #policy: BadRowPolicy;
  readonly #caller: string;
  readonly #place: BatchPlace;
  readonly #reasons = new Map<number, string>();

  constructor(policy: BadRowPolicy, caller: string, place: BatchPlace) {
    this.#policy = policy;
    this.#caller = caller;
    this.#place = place;
  }

  get size(): number {
    return this.#reasons.size;
  }

  has(row: number): boolean {
    return this.#reasons.has(row);
  }

  /** Adds a row. Throws `OutOfRangeError`, naming shard, row and what is wrong, unless bad rows are skipped. */
  add(row: number, reason: string, what: string): void {
    const { shard, first, from } = this.#place;
    if (row < from) return;
    if (this.#policy === "stop") {
      const where = shard === "" ? "" : `shard ${shard}, `;
      throw new OutOfRangeError(
        `${this.#caller}: ${where}row ${first + row}: ${what} badRows: "skip" leaves such rows out.`,
      );
    }
    if (!this.#reasons.has(row)) this.#reasons.set(row, reason);
  }

  /** Adds the rows that the checks of losses refuse, which come from the columns. */
  check(checks: readonly HostCheck[], columns: readonly NDArray[]): void {
    for (const one of checks) {
      const { data, shape } = columns[one.input]!;
      if (passes(one, data, shape)) continue;
      const width = data.length / shape[0]!;
      for (let row = 0; row < shape[0]!; row++) {
        const refusal = refusalOf(one, data.subarray(row * width, (row + 1) * width), [1, ...shape.slice(1)]);
        if (refusal !== undefined) this.add(row, `${one.check.caller}: ${one.check.argument}`, refusal);
      }
    }
  }

  /** Those from one row to before another, as they stand in a state. */
  skippedWithin(from: number, to: number): EvaluationState["skipped"] {
    const reasons = new Map<string, { count: number; rows: SkippedRows["rows"][number][] }>();
    for (const [row, reason] of [...this.#reasons].toSorted(([left], [right]) => left - right)) {
      if (row < from || row >= to) continue;
      const own = reasons.get(reason) ?? { count: 0, rows: [] };
      own.count++;
      if (own.rows.length < mostAddresses) own.rows.push({ shard: this.#place.shard, row: this.#place.first + row });
      reasons.set(reason, own);
    }
    return recordOf(reasons);
  }
}

function passes(one: HostCheck, data: NDArray["data"], shape: readonly number[]): boolean {
  return refusalOf(one, data, shape) === undefined;
}

function refusalOf({ check }: HostCheck, data: NDArray["data"], shape: readonly number[]): string | undefined {
  try {
    runCheck(check, data, shape);
    return undefined;
  } catch (error) {
    if (isSymlossError(error) && error.name === "OutOfRangeError") return withinRow(error.message);
    throw error;
  }
}

/** The message with the position within the row: that of the row itself is told before. */
function withinRow(message: string): string {
  return message.replace(/ at \[0(?:, )?([^\]]*)\]/, (_, rest: string) => (rest === "" ? "" : ` at [${rest}]`));
}

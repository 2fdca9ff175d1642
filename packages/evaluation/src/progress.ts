/** How far is a run, and how long does the rest take? */
import type { Shard } from "./source.ts";

/** How far a run is. */
export interface Progress {
  /** How many rows are done, those that a checkpoint knows too. */
  readonly rows: number;
  /** How many there are; undefined unless every shard says it, which takes a moment. */
  readonly totalRows: number | undefined;
  /** How many shards are done. */
  readonly shards: number;
  readonly totalShards: number;
  /** Undefined until there is something to tell it by. */
  readonly secondsLeft: number | undefined;
}

/** Rows and shards that are done. */
interface Done {
  readonly rows: number;
  readonly shards: number;
}

/** Tells how far a run is, by how long it took so far. */
export class Teller {
  readonly #shards: readonly Shard[];
  readonly #start = Date.now();
  /** What was done before the run began. */
  readonly #before: Done;
  #totalRows: number | undefined;

  constructor(shards: readonly Shard[], before: Done, wants: (column: string) => boolean) {
    this.#shards = shards;
    this.#before = before;
    void this.#count(wants);
  }

  /** Asks one shard after the other while rows are computed: headers of many files take time. */
  async #count(wants: (column: string) => boolean): Promise<void> {
    let total = 0;
    try {
      for (const shard of this.#shards) {
        const rows = await shard.totalRows?.(wants);
        if (rows === undefined) return;
        total += rows;
      }
      this.#totalRows = total;
    } catch {
      // What is wrong with a shard is told where it is read.
    }
  }

  tell({ rows, shards }: Done): Progress {
    const total = { rows: this.#totalRows, shards: this.#shards.length };
    return { rows, totalRows: total.rows, shards, totalShards: total.shards, secondsLeft: this.#left(rows, shards) };
  }

  /** By rows if their number is known, else by shards. */
  #left(rows: number, shards: number): number | undefined {
    const seconds = (Date.now() - this.#start) / 1000;
    const [done, left] =
      this.#totalRows === undefined
        ? [shards - this.#before.shards, this.#shards.length - shards]
        : [rows - this.#before.rows, this.#totalRows - rows];
    return done > 0 ? (seconds * Math.max(0, left)) / done : undefined;
  }
}

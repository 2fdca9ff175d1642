/** How often did each of many whole numbers occur, if there are too many for memory? Those so far go to a store, as a run, and others begin. */
import { Counts } from "../exact/counts.ts";
import type { Json } from "../statistic.ts";
import { blocksOfKept, blocksOfRun, keepMerged, mergedBlocks } from "./merged.ts";
import { type KeptBytes, type RunStore, limits } from "./run-store.ts";
import { keepRun } from "./run-text.ts";

/** Counts numbers below 2^32. */
export class SpillingCounts {
  readonly #limit: number;
  #counts: Counts;
  #kept: KeptBytes[] = [];

  /** `limit` is above all numbers. */
  constructor(limit: number) {
    this.#limit = limit;
    this.#counts = new Counts(limit);
  }

  /** Counts a number once more. */
  add(key: number): void {
    this.#counts.add(key);
  }

  /** How many numbers are in memory. */
  get size(): number {
    return this.#counts.size;
  }

  /** Moves what is in memory to a store. */
  async spill(store: RunStore): Promise<void> {
    if (this.size === 0) return;
    if (this.#kept.length === limits.together) {
      const whole = await keepMerged(this.#kept.map(blocksOfKept), store);
      await this.discard();
      this.#kept = [whole];
    }
    this.#kept.push(await keepMerged([blocksOfRun(this.#counts.run)], store));
    this.#counts = new Counts(this.#limit);
  }

  /** All that was counted, as it stands in a state; nothing is counted after that. */
  async text(store: RunStore | undefined): Promise<Json> {
    const runs = [...this.#kept.map(blocksOfKept), blocksOfRun(this.#counts.run)];
    try {
      return await keepRun(mergedBlocks(runs, store), store);
    } finally {
      await this.discard();
    }
  }

  /** Removes what is kept in a store. */
  async discard(): Promise<void> {
    for (const one of this.#kept.splice(0)) await one.remove();
  }
}

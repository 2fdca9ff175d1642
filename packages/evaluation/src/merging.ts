/** How are many states merged that come one after the other? So many at a time, so that what is in files is not read again for each of them. */
import { type EvaluationState, type MergeOptions, mergeStates } from "./state.ts";

/** So many are merged at a time. */
const together = 8;

/** The states so far, some of them merged. */
export class Merging {
  readonly #caller: string;
  readonly #options: MergeOptions;
  readonly #merge: (states: readonly EvaluationState[]) => Promise<EvaluationState>;
  /** Those of the first level are as they came; of each other, merged from `together` of the level before. */
  readonly #levels: EvaluationState[][] = [];

  #outline: EvaluationState | undefined;

  constructor(
    caller: string,
    options: MergeOptions,
    merge: (states: readonly EvaluationState[]) => Promise<EvaluationState>,
  ) {
    this.#caller = caller;
    this.#options = options;
    this.#merge = merge;
  }

  /** Throws `OutOfRangeError` if the state can't be merged with those so far. */
  async add(state: EvaluationState): Promise<void> {
    const both = this.#outline === undefined ? [state] : [this.#outline, state];
    this.#outline = await mergeStates(this.#caller, both, new Map(), this.#options);
    await this.#put(state, 0);
  }

  /** What is known of all of them but their statistics, before they are merged. */
  get outline(): EvaluationState | undefined {
    return this.#outline;
  }

  async #put(state: EvaluationState, level: number): Promise<void> {
    const own = (this.#levels[level] ??= []);
    own.push(state);
    if (own.length === together) await this.#put(await this.#merge(own.splice(0)), level + 1);
  }

  /** The state of all of them; undefined if there are none. */
  async total(): Promise<EvaluationState | undefined> {
    const all = this.#levels.flat();
    return all.length > 1 ? this.#merge(all) : all[0];
  }
}

/** Which plans does a compiled function keep? Those that were used last, bounded in number and in bytes. */
import { type MaybePromise, isPromise } from "../array/promise.ts";

/** How many plans are kept, and how many bytes they may hold together if there are more than a few. */
const limit = { count: 256, bytes: 256 * 2 ** 20, few: 8 };

/** What is kept: it holds bytes, and is released once nobody needs it. */
interface Holding {
  readonly bytes: number;
  release(): void;
}

interface Entry<Plan> {
  plan: MaybePromise<Plan>;
  /** The calls that are under way with it: until they end it stays. */
  calls: number;
}

/** Plans by key. */
export class PlanCache<Plan extends Holding> {
  readonly #entries = new Map<string, Entry<Plan>>();

  /** What `use` makes of the plan of this key, which `make` makes if there is none: at once, if nothing has to be waited for. */
  use<R>(
    key: string,
    make: () => MaybePromise<Plan>,
    use: (plan: MaybePromise<Plan>) => MaybePromise<R>,
  ): MaybePromise<R> {
    const entry = this.#touch(key, make);
    entry.calls++;
    const end = (): void => {
      entry.calls--;
      this.#evict();
    };
    let result: MaybePromise<R>;
    try {
      result = use(entry.plan);
    } catch (error) {
      end();
      throw error;
    }
    if (!isPromise(result)) {
      end();
      return result;
    }
    return result.finally(end);
  }

  /** Releases all plans, once they are made. */
  async release(): Promise<void> {
    const plans = await Promise.allSettled([...this.#entries.values()].map(async ({ plan }) => plan));
    this.#entries.clear();
    for (const plan of plans) if (plan.status === "fulfilled") plan.value.release();
  }

  /** The entry of this key, now the last used. */
  #touch(key: string, make: () => MaybePromise<Plan>): Entry<Plan> {
    const known = this.#entries.get(key);
    const entry = known ?? { plan: make(), calls: 0 };
    if (known !== undefined) this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (known === undefined && isPromise(entry.plan)) {
      entry.plan.then(
        (plan) => (entry.plan = plan),
        () => {
          if (this.#entries.get(key) === entry) this.#entries.delete(key);
        },
      );
    }
    return entry;
  }

  #evict(): void {
    if (this.#entries.size <= limit.few) return;
    let count = 0;
    let bytes = 0;
    for (const [key, { plan, calls }] of [...this.#entries].toReversed()) {
      if (isPromise(plan)) continue;
      // What is released takes no room from what is smaller.
      if (calls > 0 || count < limit.few || (count < limit.count && bytes + plan.bytes <= limit.bytes)) {
        count++;
        bytes += plan.bytes;
        continue;
      }
      this.#entries.delete(key);
      plan.release();
    }
  }
}

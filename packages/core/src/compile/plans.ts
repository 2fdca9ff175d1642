/** Which plans does a compiled function keep? The most recently used, bounded in number and in bytes. */
import { type MaybePromise, isPromise } from "../array/promise.ts";

/** How many plans are kept, and how many bytes they may hold together once there are more than a few. */
const limit = { count: 256, bytes: 256 * 2 ** 20, few: 8 };

/** What the cache keeps: it holds bytes, and is released when evicted. */
interface Holding {
  readonly bytes: number;
  release(): void;
}

interface Entry<Plan> {
  plan: MaybePromise<Plan>;
  /** The number of pending calls that use it: it is kept until they end. */
  calls: number;
}

/** Plans by key. */
export class PlanCache<Plan extends Holding> {
  readonly #entries = new Map<string, Entry<Plan>>();
  /** Whether plans were made, or kept beyond the limits, since plans were last evicted. */
  #isUnsettled = false;

  /** The result of `use` on the plan of this key, made by `make` if there is none. Synchronous if both are. */
  use<R>(
    key: string,
    make: () => MaybePromise<Plan>,
    use: (plan: MaybePromise<Plan>) => MaybePromise<R>,
  ): MaybePromise<R> {
    const entry = this.#touch(key, make);
    entry.calls++;
    const end = (): void => {
      entry.calls--;
      if (this.#isUnsettled) this.#evict();
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

  /** Releases all plans, including those still being made. Synchronous if there are none of these. */
  release(): MaybePromise<void> {
    const pending: Promise<Plan>[] = [];
    for (const { plan } of this.#entries.values()) {
      if (isPromise(plan)) pending.push(plan);
      else plan.release();
    }
    this.#entries.clear();
    if (pending.length > 0) return releaseAll(pending);
  }

  /** The entry of this key, which becomes the most recently used. */
  #touch(key: string, make: () => MaybePromise<Plan>): Entry<Plan> {
    const known = this.#entries.get(key);
    const entry = known ?? { plan: make(), calls: 0 };
    if (known === undefined) this.#isUnsettled = true;
    else this.#entries.delete(key);
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
    this.#isUnsettled = false;
    if (this.#entries.size <= limit.few) return;
    let count = 0;
    let bytes = 0;
    for (const [key, { plan, calls }] of [...this.#entries].toReversed()) {
      if (calls > 0) this.#isUnsettled = true;
      if (isPromise(plan)) continue;
      // One that is too large does not count against smaller ones.
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

async function releaseAll<Plan extends Holding>(pending: readonly Promise<Plan>[]): Promise<void> {
  for (const plan of await Promise.allSettled(pending)) if (plan.status === "fulfilled") plan.value.release();
}

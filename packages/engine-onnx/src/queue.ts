/** How is a runtime used by one job at a time? Its WebAssembly is not re-entrant: what overlaps fails, leaks or freezes. */

/** Runs jobs one after another, in the order in which they came; one that fails does not stop the next. */
export interface Queue {
  /** Whether the next job starts at once, before `run` returns. */
  readonly idle: boolean;
  run<T>(job: () => Promise<T>): Promise<T>;
}

/** A queue in which nothing waits. */
export function createQueue(): Queue {
  const waiting: (() => void)[] = [];
  let busy = false;
  return {
    get idle() {
      return !busy;
    },
    async run(job) {
      // Who waits is given its turn by the one before, so that no one comes in between.
      if (busy) await new Promise<void>((resolve) => waiting.push(resolve));
      busy = true;
      try {
        return await job();
      } finally {
        const next = waiting.shift();
        if (next === undefined) busy = false;
        else next();
      }
    },
  };
}

/** How does a runtime run one job at a time? Its WebAssembly is not re-entrant: overlapping calls fail, leak or hang. */

/** Runs jobs one after another, in the order of arrival; a failure does not stop the next. */
export interface Queue {
  /** Whether the next job would start immediately, before `run` returns. */
  readonly idle: boolean;
  run<T>(job: () => Promise<T>): Promise<T>;
}

/** An empty queue. */
export function createQueue(): Queue {
  const waiting: (() => void)[] = [];
  let busy = false;
  return {
    get idle() {
      return !busy;
    },
    async run(job) {
      // A waiting job gets its turn from the job before it, so that no other comes in between.
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

/** How is a runtime used by one job at a time? Its WebAssembly is not re-entrant: what overlaps fails, leaks or freezes. */

/** Runs jobs one after another, in the order in which they came; one that fails does not stop the next. */
export type Queue = <T>(job: () => Promise<T>) => Promise<T>;

const queues = new WeakMap<object, Queue>();

/** The one queue of a runtime, whoever asks. */
export function queueOf(runtime: object): Queue {
  let queue = queues.get(runtime);
  if (queue === undefined) {
    queue = createQueue();
    queues.set(runtime, queue);
  }
  return queue;
}

/** A queue of its own. */
function createQueue(): Queue {
  const waiting: (() => void)[] = [];
  let busy = false;
  return async (job) => {
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
  };
}

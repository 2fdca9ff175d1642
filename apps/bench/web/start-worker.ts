/** How does the page start a worker, and end it? */
import { type Remote, releaseProxy, wrap } from "comlink";
import type { Services } from "./worker.ts";

/** A worker that runs. */
export interface RunningWorker {
  readonly services: Remote<Services>;
  /** Ends it at once, whatever it does. What was asked is not answered. A second call does nothing. */
  stop(): void;
}

/** Starts a worker. `onFailure` is told why if it can't be loaded. */
export function startWorker(onFailure: (message: string) => void): RunningWorker {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    onFailure(event.message || "The worker, in which engines run, could not be loaded.");
  });
  const services = wrap<Services>(worker);
  let isRunning = true;
  return {
    services,
    stop: () => {
      if (!isRunning) return;
      isRunning = false;
      services[releaseProxy]();
      worker.terminate();
    },
  };
}

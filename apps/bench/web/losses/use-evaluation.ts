/** How does the room get numbers? The worker evaluates one view at a time; of those that come meanwhile only the newest. */
import { useEffect, useRef, useState } from "preact/hooks";
import { messageOf } from "../failure.tsx";
import { type RunningWorker, startWorker } from "../start-worker.ts";
import type { LossDescription } from "./description.ts";
import { type DrawnSeries, seriesOf } from "./series.ts";
import type { View } from "./view.ts";

/** A view that was evaluated. */
export interface EvaluatedView {
  readonly view: View;
  readonly description: LossDescription;
  readonly series: readonly DrawnSeries[];
}

/** What the worker has done, and does. */
export interface EvaluationState {
  /** The last that was evaluated. */
  readonly evaluated?: EvaluatedView;
  readonly isBusy: boolean;
  /** Why the newest could not be. */
  readonly failure?: string;
}

/** A worker that lives as long as the room; undefined before it has started. */
export function useWorker(onFailure: (message: string) => void): RunningWorker | undefined {
  const [worker, setWorker] = useState<RunningWorker>();
  useEffect(() => {
    const started = startWorker(onFailure);
    setWorker(started);
    return () => started.stop();
  }, []);
  return worker;
}

/** Evaluates the view, again whenever it changes or `turn` does. */
export function useEvaluation(
  worker: RunningWorker | undefined,
  view: View | undefined,
  description: LossDescription | undefined,
  turn: number,
): EvaluationState {
  const [state, setState] = useState<EvaluationState>({ isBusy: true });
  const waiting = useRef<{ readonly view: View; readonly description: LossDescription } | undefined>(undefined);
  const isRunning = useRef(false);

  useEffect(() => {
    if (worker === undefined || view === undefined || description === undefined) return;
    waiting.current = { view, description };
    setState((before) => ({ ...before, isBusy: true }));
    if (!isRunning.current) void work(worker);
  }, [worker, view, description, turn]);

  async function work({ services }: RunningWorker): Promise<void> {
    isRunning.current = true;
    for (let next = waiting.current; next !== undefined; next = waiting.current) {
      waiting.current = undefined;
      try {
        const series = await evaluate(services, next.view, next.description);
        setState({ evaluated: { ...next, series }, isBusy: waiting.current !== undefined });
      } catch (error) {
        const failure = messageOf(error);
        setState((before) => ({ ...before, isBusy: waiting.current !== undefined, failure }));
      }
    }
    isRunning.current = false;
  }
  return state;
}

async function evaluate(
  services: RunningWorker["services"],
  view: View,
  description: LossDescription,
): Promise<readonly DrawnSeries[]> {
  const drawn: DrawnSeries[] = [];
  for (const one of seriesOf(view, description)) {
    const evaluation = await services.evaluatePoints(one.request);
    const { against } = view;
    if (against === undefined || one.isBeside) drawn.push({ ...one, evaluation });
    else drawn.push({ ...one, evaluation, other: await services.evaluatePoints({ ...one.request, engine: against }) });
  }
  return drawn;
}

/** What is the state of the race that the room shows? */
import { proxy } from "comlink";
import { useEffect, useRef, useState } from "preact/hooks";
import type { BenchResult } from "../../src/measure/result.ts";
import type { RaceChoice } from "../../src/race/choice.ts";
import { type RaceFollower, followerName } from "../../src/race/follower.ts";
import type { RaceEvent } from "../../src/race/race.ts";
import { type Circumstances, type RaceRecord, addEvent, emptyRecord, resultOf } from "../../src/race/record.ts";
import { messageOf } from "../failure.tsx";
import { type RunningWorker, startWorker } from "../start-worker.ts";
import { describeBrowser } from "./browser-machine.ts";

/** How far a race is. */
export interface RaceState {
  readonly phase: "running" | "done" | "stopped" | { readonly failure: string };
  readonly record: RaceRecord;
  /** Rounds. */
  readonly done: number;
  readonly total: number;
  /** What is being done. */
  readonly note: string;
  /** In milliseconds, from the first round on. */
  readonly elapsed: number;
  /** What was measured so far; none before the first measurement. */
  readonly result?: BenchResult | undefined;
}

/** A race that the room can start and stop. */
export interface RaceControl {
  /** None before the first race. */
  readonly state: RaceState | undefined;
  /** Starts over, in a worker of its own. The command says how to repeat it. */
  start(choice: RaceChoice, command: string): void;
  /** Ends the worker at once; what was measured stays. */
  stop(): void;
}

/** Between rounds the page is drawn no more often than this, in milliseconds, for drawing takes time from what is measured. */
const drawingPause = 250;

/** The race of a room, which ends with the room. */
export function useRace(): RaceControl {
  const [state, setState] = useState<RaceState>();
  const running = useRef<RunningRace>(undefined);
  useEffect(() => () => running.current?.stop(), []);
  return {
    state,
    start(choice, command) {
      running.current?.stop();
      running.current = startRace(choice, command, setState);
    },
    stop() {
      running.current?.stop();
    },
  };
}

interface RunningRace {
  stop(): void;
}

function startRace(choice: RaceChoice, command: string, show: (state: RaceState) => void): RunningRace {
  const date = new Date().toISOString();
  let state: RaceState = { phase: "running", record: emptyRecord, done: 0, total: 0, note: "Starting", elapsed: 0 };
  let circumstances: Circumstances | undefined;
  let worker: RunningWorker | undefined;
  let [firstRound, lastDrawing] = [0, 0];

  const draw = (): void => {
    lastDrawing = performance.now();
    show(state);
  };
  const end = (phase: RaceState["phase"]): void => {
    if (state.phase !== "running") return;
    state = { ...state, phase };
    worker?.stop();
    draw();
    void follower()?.({ kind: "ended", ...(typeof phase === "object" ? phase : {}) });
  };
  const receive = (event: RaceEvent): unknown => {
    if (state.phase !== "running") return undefined;
    const now = performance.now();
    const record = addEvent(state.record, event);
    if (event.kind === "progress") {
      if (event.done === 0) firstRound = now;
      const { done, total, note } = event;
      state = { ...state, record, done, total, note, elapsed: now - firstRound };
      if (now - lastDrawing > drawingPause) draw();
    } else {
      state = { ...state, record, result: resultSoFar(record, circumstances!) };
      draw();
    }
    return follower()?.(event);
  };

  draw();
  worker = startWorker((failure) => end({ failure }));
  void describeBrowser()
    .then((machine) => {
      circumstances = { date, command, machine };
      return worker.services.race(choice, proxy(receive));
    })
    .then(
      () => end("done"),
      (error: unknown) => end({ failure: messageOf(error) }),
    );
  return { stop: () => end("stopped") };
}

function resultSoFar(record: RaceRecord, circumstances: Circumstances): BenchResult | undefined {
  return record.measurements.length === 0 ? undefined : resultOf(record, circumstances);
}

/** Whoever opened the page and follows its races, if anyone. */
function follower(): RaceFollower | undefined {
  return (globalThis as { readonly [followerName]?: RaceFollower })[followerName];
}

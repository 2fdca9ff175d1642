/** How does a terminal show how far an evaluation is? */
import type { Writable } from "node:stream";
import { Presets, SingleBar } from "cli-progress";
import type { Streams } from "../program.ts";
import { formatCount } from "./format.ts";

/** What is told of a run. */
interface Told {
  readonly rows: number;
  readonly shards?: number | undefined;
  readonly totalShards?: number | undefined;
  readonly secondsLeft?: number | undefined;
  readonly workers?: number | undefined;
}

/** A line that says how far a run is. */
export interface ShownProgress {
  readonly show: (progress: Told) => void;
  /** Takes the line away. */
  readonly stop: () => void;
}

/** A bar on a terminal; nothing where there is none. */
export function showProgress({ terminal }: Streams): ShownProgress {
  if (terminal === undefined) return { show: () => {}, stop: () => {} };
  const bar = new SingleBar(
    { format: "{bar} {note}", hideCursor: true, clearOnComplete: true, stream: terminal as Writable },
    Presets.shades_classic,
  );
  let isShown = false;
  return {
    show(told) {
      const { shards = 0, totalShards = 0 } = told;
      if (!isShown) bar.start(totalShards, shards, { note: noteOf(told) });
      else bar.update(shards, { note: noteOf(told) });
      isShown = true;
    },
    stop: () => bar.stop(),
  };
}

function noteOf({ rows, shards, totalShards, secondsLeft, workers }: Told): string {
  return [
    `${formatCount(rows)} rows`,
    totalShards === undefined ? "" : `${shards} of ${totalShards} shards`,
    workers === undefined ? "" : `${workers} ${workers === 1 ? "worker" : "workers"}`,
    secondsLeft === undefined ? "" : `${Math.ceil(secondsLeft)} s left`,
  ]
    .filter((part) => part !== "")
    .join(", ");
}

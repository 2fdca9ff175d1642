/** How does a terminal show how far an evaluation is? */
import type { Writable } from "node:stream";
import type { Progress } from "@symloss/evaluation";
import { Presets, SingleBar } from "cli-progress";
import type { Streams } from "../program.ts";
import { formatCount } from "./format.ts";

/** What is told of a run, on a queue also of its workers. */
type Told = Progress & { readonly workers?: number | undefined };

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
      const { rows, totalRows, shards, totalShards } = told;
      const [done, total] = totalRows === undefined ? [shards, totalShards] : [rows, totalRows];
      if (!isShown) bar.start(total, done, { note: noteOf(told) });
      bar.setTotal(total);
      bar.update(done, { note: noteOf(told) });
      isShown = true;
    },
    stop: () => bar.stop(),
  };
}

function noteOf({ rows, totalRows, shards, totalShards, secondsLeft, workers }: Told): string {
  const parts = [
    totalRows === undefined ? `${formatCount(rows)} rows` : `${formatCount(rows)} of ${formatCount(totalRows)} rows`,
    `${shards} of ${totalShards} shards`,
    workers === undefined ? "" : `${workers} ${workers === 1 ? "worker" : "workers"}`,
    secondsLeft === undefined ? "" : `${Math.ceil(secondsLeft)} s left`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

/** How far is a race, and what came of it? */
import type { JSX } from "preact/compat";
import { type BenchResult, formatResult } from "../../src/measure/result.ts";
import { FailureNotice } from "../failure.tsx";
import { Results } from "./results.tsx";
import type { RaceState } from "./use-race.ts";

/** A race that runs or has ended. */
export function Outcome({ state }: { readonly state: RaceState }): JSX.Element {
  const { phase, record, result } = state;
  return (
    <section aria-labelledby="outcome">
      <h2 id="outcome">Results</h2>
      <p role="status">{summaryOf(state)}</p>
      {typeof phase === "object" ? <FailureNotice message={phase.failure} /> : null}
      {phase === "running" ? <Progress state={state} /> : null}
      {record.unavailable.map(({ name, reason }) => (
        <p key={name} data-unavailable={name}>
          Without <code>{name}</code>: {reason}
        </p>
      ))}
      {result === undefined ? null : (
        <>
          {phase === "running" ? null : (
            <p class="row">
              <button type="button" onClick={() => download(result)}>
                Download the result (JSON)
              </button>
              <a href={result.command}>Link that repeats this race</a>
            </p>
          )}
          {result.quietness.warnings.map((warning) => (
            <p key={warning} class="warning">
              {warning}
            </p>
          ))}
          <Results result={result} />
        </>
      )}
    </section>
  );
}

/** It is read out when it changes, and so says nothing of single rounds. */
function summaryOf({ phase, record, total }: RaceState): string {
  const { length } = record.measurements;
  const measured = length === 1 ? "1 measurement" : `${length} measurements`;
  if (phase === "running") return total === 0 ? "Starting …" : `Racing; ${measured} so far.`;
  if (phase === "stopped") return `Stopped after ${measured}.`;
  if (phase === "done") return nobodyWorks(record) ? "Nobody who was asked works here." : `Done: ${measured}.`;
  return `Failed after ${measured}.`;
}

function nobodyWorks({ contenders }: RaceState["record"]): boolean {
  return contenders.length === 0;
}

function Progress({ state: { done, total, note, elapsed } }: { readonly state: RaceState }): JSX.Element {
  const share = total === 0 ? 0 : done / total;
  return (
    <div class="race-progress">
      <progress value={done} max={Math.max(total, 1)} aria-label="Rounds of the race" />
      <span>
        {Math.floor(100 * share)} %{done > 0 ? `, ${formatLeft((elapsed / share) * (1 - share))} left` : ""}
      </span>
      <span class="note">{note}</span>
    </div>
  );
}

/** about 2 min */
function formatLeft(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  return seconds < 100 ? `about ${seconds} s` : `about ${Math.round(seconds / 60)} min`;
}

function download(result: BenchResult): void {
  const address = URL.createObjectURL(new Blob([formatResult(result)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `symloss-bench-${result.date.slice(0, 19).replaceAll(":", "-")}.json`;
  link.click();
  URL.revokeObjectURL(address);
}

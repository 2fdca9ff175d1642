/** How fast are engines here, beside each other and beside other ways to compute the same? */
import type { JSX } from "preact/compat";
import { useEffect, useRef, useState } from "preact/hooks";
import { selectKinds } from "../../src/measure/selection.ts";
import { type ParsedChoice, parseChoice } from "../../src/race/choice.ts";
import { formatAddress, keepInAddress } from "../address.ts";
import { FailureNotice, messageOf } from "../failure.tsx";
import type { RoomProperties } from "../page.tsx";
import { startWorker } from "../start-worker.ts";
import { ChoiceForm } from "./choice-form.tsx";
import { Outcome } from "./outcome.tsx";
import "./room.css";
import type { KindDescription } from "./run-race.ts";
import { useRace } from "./use-race.ts";

/** A link with this parameter starts the race at once. */
const runParameter = "run";

/** The room. */
export default function RaceRoom({ parameters: entered }: RoomProperties): JSX.Element {
  const [parameters, setParameters] = useState(entered);
  const kinds = useKinds();
  const race = useRace();
  const parsed = withUnknownNames(parseChoice(parameters), kinds);
  const isRunning = race.state?.phase === "running";
  const isFaulty = Object.keys(parsed.faults).length > 0;

  const button = useRef<HTMLButtonElement>(null);
  const start = (): void => {
    race.start(parsed.choice, repeatingLink(parameters));
    // What happens is shown below it.
    button.current?.scrollIntoView();
  };
  useEffect(() => {
    if (entered.has(runParameter) && !isFaulty) start();
  }, []);
  const stop = (event: Event): void => {
    // Otherwise it would submit the form, once it has become the button that starts again.
    event.preventDefault();
    race.stop();
  };
  const change = (changed: URLSearchParams): void => {
    changed.delete(runParameter);
    setParameters(changed);
    keepInAddress({ room: "race", parameters: changed });
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    if (isRunning || isFaulty) return;
    // The field from which it was sent is locked from now on.
    button.current?.focus();
    start();
  };

  return (
    <>
      <h1>Race the engines of this browser</h1>
      <p>
        Everyone computes the same, here and now, in a worker. Outputs are checked against float64 before anything is
        timed; then everyone runs once in each round, in an order that rotates, and is compared with the reference
        within the round. The address above says what is chosen, so that its link brings this choice back.
      </p>
      <form class="race" onSubmit={submit}>
        <fieldset class="bare" disabled={isRunning} aria-label="What is raced">
          {kinds === undefined ? <p>Loading the workloads …</p> : null}
          {kinds === undefined || "failure" in kinds ? null : (
            <ChoiceForm
              kinds={kinds}
              parameters={parameters}
              parsed={parsed}
              unavailable={race.state?.record.unavailable ?? []}
              onChange={change}
            />
          )}
          {kinds !== undefined && "failure" in kinds ? <FailureNotice message={kinds.failure} /> : null}
        </fieldset>
        <p class="row">
          {/* One button, so that the focus stays where it is. */}
          <button
            ref={button}
            class="main"
            type={isRunning ? "button" : "submit"}
            disabled={isFaulty && !isRunning}
            onClick={isRunning ? stop : undefined}
          >
            {isRunning ? "Stop" : "Start the race"}
          </button>
          {isFaulty ? <span class="bad">What is marked above must be mended first.</span> : null}
        </p>
      </form>
      {race.state === undefined ? null : <Outcome state={race.state} />}
    </>
  );
}

/** Undefined until they are known. */
type Kinds = readonly KindDescription[] | { readonly failure: string } | undefined;

/** Every kind of workload; the catalogue of losses is large, and is known to workers alone. */
function useKinds(): Kinds {
  const [kinds, setKinds] = useState<Kinds>();
  useEffect(() => {
    const worker = startWorker((failure) => setKinds({ failure }));
    worker.services
      .describeKinds()
      .then(setKinds, (error: unknown) => setKinds({ failure: messageOf(error) }))
      .finally(() => worker.stop());
    return () => worker.stop();
  }, []);
  return kinds;
}

/** The choice, with what is wrong with its names once these are known. */
function withUnknownNames(parsed: ParsedChoice, kinds: Kinds): ParsedChoice {
  if (kinds === undefined || "failure" in kinds) return parsed;
  const [unknown] = selectKinds(parsed.choice.workloads, kinds).unknown;
  if (unknown === undefined) return parsed;
  const workloads = `The workloads must be among those above, got ${JSON.stringify(unknown)}.`;
  return { ...parsed, faults: { ...parsed.faults, workloads } };
}

/** The address at which the same race starts at once. */
function repeatingLink(parameters: URLSearchParams): string {
  const repeated = new URLSearchParams(parameters);
  repeated.set(runParameter, "");
  return new URL(formatAddress({ room: "race", parameters: repeated }), location.href).href;
}

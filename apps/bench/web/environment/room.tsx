/** What has this browser, which engines work in it, and which is selected? */
import { proxy } from "comlink";
import type { JSX } from "preact/compat";
import { useEffect, useState } from "preact/hooks";
import { engineNames, engineTable } from "../engines.ts";
import { FailureNotice, messageOf } from "../failure.tsx";
import { startWorker } from "../start-worker.ts";
import { Wide } from "../wide.tsx";
import { type Fact, collectFacts } from "./facts.ts";
import type { EngineOutcome, Finding, SelectionOutcome } from "./inspection.ts";

/** The room. */
export default function EnvironmentRoom(): JSX.Element {
  const [turn, setTurn] = useState(0);
  const [facts, setFacts] = useState<readonly Fact[]>([]);
  const [findings, setFindings] = useState<readonly Finding[]>([]);
  const [state, setState] = useState<"trying" | "done" | { readonly failure: string }>("trying");

  useEffect(() => {
    setFindings([]);
    setState("trying");
    void collectFacts().then(setFacts);
    const worker = startWorker((failure) => setState({ failure }));
    const add = (finding: Finding): void => setFindings((before) => [...before, finding]);
    worker.services.inspect(proxy(add)).then(
      () => setState("done"),
      (error: unknown) => setState({ failure: messageOf(error) }),
    );
    return () => worker.stop();
  }, [turn]);

  const outcomes = new Map(
    findings.flatMap((finding) => (finding.kind === "engine" ? [[finding.outcome.name, finding.outcome]] : [])),
  );
  const selections = findings.flatMap((finding) => (finding.kind === "selection" ? [finding.outcome] : []));
  const retry = (): void => setTurn(turn + 1);
  return (
    <>
      <h1>What this browser can run</h1>
      <p>
        Each engine has just been started here, in a worker, and has computed a small expression whose result is known.
        Nothing falls back silently: an engine that does not work says why.
      </p>
      {typeof state === "object" ? <FailureNotice message={state.failure} retry={retry} /> : null}

      <section aria-labelledby="engines">
        <h2 id="engines">Engines</h2>
        <Wide label="Engines that were tried">
          <table>
            <thead>
              <tr>
                <th scope="col">engine</th>
                <th scope="col">self-test</th>
                <th scope="col">device, or the reason why not</th>
                <th scope="col" class="number">
                  to start
                </th>
              </tr>
            </thead>
            <tbody>
              {engineNames.map((name) => (
                <EngineRow key={name} name={name} outcome={outcomes.get(name)} />
              ))}
            </tbody>
          </table>
        </Wide>
        <p role="status">{state === "trying" ? "Trying engines …" : "Every engine has been tried."}</p>
        <button type="button" onClick={retry} disabled={state === "trying"}>
          Try them again
        </button>
      </section>

      <section aria-labelledby="selection">
        <h2 id="selection">What selectEngine selects</h2>
        {selections.length === 0 ? <p>It is asked when all engines have been tried.</p> : null}
        {selections.map((selection) => (
          <SelectionView key={selection.call} selection={selection} />
        ))}
      </section>

      <section aria-labelledby="browser">
        <h2 id="browser">The browser</h2>
        <Wide label="What this browser has">
          <table>
            <thead>
              <tr>
                <th scope="col">what</th>
                <th scope="col">here</th>
                <th scope="col">detail</th>
                <th scope="col">used by</th>
              </tr>
            </thead>
            <tbody>
              {facts.map(({ name, has, detail, for: purpose }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>{has ? <span class="good">yes</span> : <span class="bad">no</span>}</td>
                  <td class="long">{detail ?? ""}</td>
                  <td class="long">{purpose}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
        <dl>
          <dt>Cores</dt>
          <dd>{navigator.hardwareConcurrency}</dd>
          <dt>Browser</dt>
          <dd>{navigator.userAgent}</dd>
        </dl>
      </section>
    </>
  );
}

function EngineRow({
  name,
  outcome,
}: {
  readonly name: keyof typeof engineTable;
  readonly outcome: EngineOutcome | undefined;
}): JSX.Element {
  return (
    <tr data-engine={name}>
      <th scope="row">
        <code>{name}</code> <small>{engineTable[name].summary}</small>
      </th>
      {outcome === undefined ? (
        <td colSpan={3}>…</td>
      ) : outcome.available ? (
        <>
          <td>
            <span class="good">passed</span>
          </td>
          <td class="long">
            {outcome.device}
            {outcome.software ? " (emulated in software)" : ""}
          </td>
          <td class="number">{outcome.milliseconds.toFixed(0)} ms</td>
        </>
      ) : (
        <>
          <td>
            <span class="bad">unavailable</span>
          </td>
          <td class="long" colSpan={2}>
            {outcome.reason}
          </td>
        </>
      )}
    </tr>
  );
}

function SelectionView({
  selection: { call, selected, considered },
}: {
  readonly selection: SelectionOutcome;
}): JSX.Element {
  return (
    <article>
      <p>
        <code class="call">{call}</code> takes <strong data-selected>{selected}</strong>
        {considered.some(({ milliseconds }) => milliseconds !== undefined)
          ? ", because it was the fastest:"
          : ", because it is the first that works:"}
      </p>
      <ul>
        {considered.map(({ name, device, available, reason, milliseconds }) => (
          <li key={name}>
            <code>{name}</code>
            {milliseconds === undefined ? "" : `, ${milliseconds.toPrecision(3)} ms`}
            {available ? `, works on ${device}` : `: ${reason}`}
          </li>
        ))}
      </ul>
    </article>
  );
}

/** How does a loss look, with its gradient, as computed by an engine here and now? */
import type { JSX } from "preact/compat";
import { useEffect, useState } from "preact/hooks";
import { formatAddress, keepInAddress } from "../address.ts";
import { FailureNotice, messageOf } from "../failure.tsx";
import type { RoomProperties } from "../page.tsx";
import { codeOf } from "./code.ts";
import { Controls } from "./controls.tsx";
import { CopyButton } from "./copy-button.tsx";
import type { LossDescription } from "./description.ts";
import { Documentation } from "./documentation.tsx";
import { Figures, Numbers } from "./figures.tsx";
import { presets } from "./presets.ts";
import { type EvaluatedView, useEvaluation, useWorker } from "./use-evaluation.ts";
import { type View, formatView, lossIn, parseView } from "./view.ts";
import "./room.css";

/** The room. */
export default function LossesRoom({ parameters }: RoomProperties): JSX.Element {
  const [fault, setFault] = useState<string>();
  const worker = useWorker(setFault);
  const [names, setNames] = useState<readonly string[]>([]);
  const [shown, setShown] = useState<{ readonly view: View; readonly description: LossDescription }>();
  const [turn, setTurn] = useState(0);

  const show = (next: URLSearchParams): void => {
    void worker?.services.describeLoss(lossIn(next)).then(
      (description) => {
        setFault(undefined);
        setShown({ description, view: parseView(next, description) });
      },
      (error: unknown) => setFault(messageOf(error)),
    );
  };
  useEffect(() => {
    if (worker === undefined) return;
    void worker.services.listLosses().then(setNames);
    show(parameters);
  }, [worker]);
  useEffect(() => {
    if (shown !== undefined) {
      keepInAddress({ room: "losses", parameters: formatView(shown.view, shown.description) });
    }
  }, [shown]);

  const change = (changes: Partial<View>): void => {
    if (shown === undefined) return;
    const view = { ...shown.view, ...changes };
    // Another form has other arguments; what fits neither is as usual.
    const isSame = view.form === shown.view.form;
    const next = isSame
      ? view
      : parseView(new URLSearchParams({ loss: view.loss, form: String(view.form) }), shown.description);
    setShown({ ...shown, view: next });
  };
  const { evaluated, isBusy, failure = fault } = useEvaluation(worker, shown?.view, shown?.description, turn);
  return (
    <>
      <h1>How a loss looks</h1>
      <div class="losses">
        <div class="choice">
          <label class="field">
            <span>loss</span>
            <select
              value={shown?.view.loss ?? ""}
              onInput={({ currentTarget }) =>
                show(new URLSearchParams({ loss: currentTarget.value, ...engineOf(shown?.view) }))
              }
            >
              {names.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <details class="presets">
            <summary>Figures to begin with</summary>
            <ul>
              {presets.map(({ title, parameters: text }) => (
                <li key={title}>
                  <button type="button" onClick={() => show(new URLSearchParams(text))}>
                    {title}
                  </button>
                </li>
              ))}
            </ul>
          </details>
        </div>
        <div class="figure">
          {failure === undefined ? null : <FailureNotice message={failure} retry={() => setTurn(turn + 1)} />}
          <p role="status" class="timing">
            {isBusy ? "Computing …" : describeTiming(evaluated)}
          </p>
          {evaluated === undefined ? null : (
            <div class={failure === undefined ? undefined : "outdated"}>
              <Figures evaluated={evaluated} />
              <Numbers evaluated={evaluated} />
            </div>
          )}
        </div>
        {shown === undefined ? null : (
          <>
            <div class="controls">
              <Controls {...shown} change={change} />
            </div>
            <About {...shown} />
          </>
        )}
      </div>
    </>
  );
}

/** What the loss is, and how to have it elsewhere. */
function About({ view, description }: { readonly view: View; readonly description: LossDescription }): JSX.Element {
  const code = codeOf(view, description);
  return (
    <section class="about" aria-labelledby="about">
      <h2 id="about">{view.loss}</h2>
      <Documentation loss={view.loss} />
      <h2 id="code">The same in code</h2>
      <pre tabIndex={0} role="region" aria-labelledby="code">
        <code>{code}</code>
      </pre>
      <div class="buttons">
        <CopyButton label="Copy the code" text={() => code} />
        <CopyButton label="Copy a link to this view" text={() => linkTo(view, description)} />
      </div>
    </section>
  );
}

function describeTiming(evaluated: EvaluatedView | undefined): string {
  const evaluation = evaluated?.series[0]?.evaluation;
  if (evaluation === undefined) return "";
  const { values, milliseconds, device } = evaluation;
  return `${values.length} points in ${milliseconds.toPrecision(2)} ms on ${evaluated!.view.engine}: ${device}`;
}

function engineOf(view: View | undefined): Readonly<Record<string, string>> {
  return view === undefined ? {} : { engine: view.engine };
}

function linkTo(view: View, description: LossDescription): string {
  return new URL(formatAddress({ room: "losses", parameters: formatView(view, description) }), location.href).href;
}

/** How does the room show what was evaluated: drawn, and as numbers? */
import type { JSX } from "preact/compat";
import { useEffect, useRef, useState } from "preact/hooks";
import { labelFigure } from "../../src/report/label-figure.ts";
import { Wide } from "../wide.tsx";
import type { EvaluatedView } from "./use-evaluation.ts";
import { titleOfPlace } from "./view.ts";

/** The drawings, as wide as there is room. */
export function Figures({ evaluated }: { readonly evaluated: EvaluatedView }): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    observer.observe(place.current!);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (width === 0) return;
    let isCurrent = true;
    void import("./drawing.ts").then(({ drawView }) => {
      if (!isCurrent) return;
      const { view, description, series } = evaluated;
      const drawings = drawView(view, description.forms[view.form]!, series, {
        width: Math.min(width, 760),
      });
      place.current?.replaceChildren(...drawings.map(({ title, figure }) => frame(title, figure)));
    });
    return () => {
      isCurrent = false;
    };
  }, [evaluated, width]);
  return <div class="figures" ref={place} />;
}

/** The drawing with its title; its numbers are in the table. */
function frame(title: string, figure: Element): Element {
  const section = document.createElement("section");
  const heading = document.createElement("h2");
  heading.textContent = title;
  labelFigure(figure, title);
  section.append(heading, figure);
  return section;
}

/** A number for every so many points of a curve. */
export function Numbers({
  evaluated: { view, description, series },
}: {
  readonly evaluated: EvaluatedView;
}): JSX.Element | null {
  const xs = series[0]?.request.points[0] ?? [];
  if (view.figure !== "curve") return null;
  const step = Math.max(1, Math.floor((xs.length - 1) / 12));
  const rows = xs.flatMap((x, index) => (index % step === 0 ? [{ x, index }] : []));
  return (
    <details>
      <summary>The numbers</summary>
      <Wide label="The numbers">
        <table>
          <thead>
            <tr>
              <th scope="col">{titleOfPlace(view.along, description.forms[view.form]!.arguments)}</th>
              {series.map(({ label }) => (
                <th key={label} scope="col" class="number">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ x, index }) => (
              <tr key={index}>
                <th scope="row">{formatNumber(x)}</th>
                {series.map(({ label, evaluation }) => (
                  <td key={label} class="number">
                    {formatNumber(evaluation.values[index]!)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </details>
  );
}

function formatNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}

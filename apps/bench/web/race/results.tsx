/** What has been measured so far, in charts and tables? */
import type { JSX } from "preact/compat";
import { useEffect, useState } from "preact/hooks";
import type { BenchResult } from "../../src/measure/result.ts";
import type { Chart } from "../../src/report/charts.ts";
import { type Section, type Table, legend, machineSection, workloadSections } from "../../src/report/summary.ts";
import { FailureNotice, messageOf } from "../failure.tsx";
import { Wide } from "../wide.tsx";

/** The result, as far as it goes. */
export function Results({ result }: { readonly result: BenchResult }): JSX.Element {
  return (
    <>
      <Charts result={result} />
      {workloadSections(result.measurements, result.contenders).map((section) => (
        <SectionView key={section.title} section={section} />
      ))}
      <section>
        <h3>Columns</h3>
        <ul>
          {legend().map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </section>
      {/* Its notes, who is missing and what makes the figures uncertain, stand above. */}
      <SectionView section={{ ...machineSection(result), notes: [] }} />
    </>
  );
}

type Drawing = { readonly charts: readonly Chart[] } | { readonly failure: string };

function Charts({ result }: { readonly result: BenchResult }): JSX.Element {
  const [drawing, setDrawing] = useState<Drawing>({ charts: [] });
  useEffect(() => {
    let isLatest = true;
    void draw(result)
      .catch((error: unknown) => ({ failure: messageOf(error) }))
      .then((drawn) => (isLatest ? setDrawing(drawn) : undefined));
    return () => {
      isLatest = false;
    };
  }, [result]);
  if ("failure" in drawing) return <FailureNotice message={drawing.failure} />;
  return (
    <div class="charts">
      {drawing.charts.map(({ title, figure }) => (
        <section key={title}>
          <h3>{title}</h3>
          <Wide label={title}>
            <div ref={(element) => element?.replaceChildren(figure)} />
          </Wide>
        </section>
      ))}
    </div>
  );
}

/** What draws is large, and is loaded when there is something to draw. */
async function draw(result: BenchResult): Promise<Drawing> {
  const { drawCharts } = await import("../../src/report/charts.ts");
  return { charts: drawCharts(result, document) };
}

function SectionView({ section: { title, facts, tables, notes } }: { readonly section: Section }): JSX.Element {
  return (
    <section>
      <h3>{title}</h3>
      {facts.length === 0 ? null : (
        <dl>
          {facts.map(([name, value]) => (
            <>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </>
          ))}
        </dl>
      )}
      {tables.map((table) => (
        <Wide key={title} label={title}>
          <TableView table={table} />
        </Wide>
      ))}
      {notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
    </section>
  );
}

function TableView({ table: { head, rows } }: { readonly table: Table }): JSX.Element {
  return (
    <table>
      <thead>
        <tr>
          {head.map((name, column) => (
            <th key={name} scope="col" class={column === 0 ? undefined : "number"}>
              {name === "" ? "who" : name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, ...cells]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {cells.map((cell, column) => (
              <td key={head[column + 1]} class="number">
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/// <reference lib="dom" />
/** How is the figure of a loss drawn when the site is built? As the bench page draws it, in a document that is only written out. */
import { drawView } from "@symloss/bench/losses/drawing";
import { labelFigure } from "@symloss/bench/label-figure";
import { parseHTML } from "linkedom";
import { escapeMarkup } from "../markup.ts";
import type { EvaluatedLoss } from "./evaluated.ts";

/** Wide enough for a column of half a page, and narrow enough for a phone. */
const width = 440;

/** The loss and, where it has one, its gradient, as drawings beside each other. */
export function figureOf({ view, description, series }: EvaluatedLoss): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const drawings = drawView(view, description.forms[view.form]!, series, {
    width,
    document: document as unknown as Document,
  });
  const figures = drawings.map(({ title, figure }) => {
    labelFigure(figure, title);
    return `<figure class="drawing"><figcaption>${escapeMarkup(title)}</figcaption>${rounded(figure.outerHTML)}</figure>`;
  });
  return `<div class="drawings">${figures.join("")}</div>`;
}

/** A tenth of a pixel is all that can be seen. */
function rounded(markup: string): string {
  return markup.replaceAll(/(?<= d="[^"]*)-?\d+\.\d{2,}/g, (number) => String(Number(Number(number).toFixed(1))));
}

const [thumbWidth, thumbHeight] = [120, 56];

/** The first curve alone, for a list; nothing where there is none. */
export function thumbnailOf({ series }: EvaluatedLoss): string {
  const [{ evaluation }] = series as readonly [EvaluatedLoss["series"][number]];
  const finite = evaluation.values.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const step = Math.max(1, Math.floor(evaluation.values.length / 48));
  const points = evaluation.values.flatMap((value, index, { length }) => {
    if (!Number.isFinite(value) || (index % step !== 0 && index !== length - 1)) return [];
    const x = (index / Math.max(1, length - 1)) * (thumbWidth - 4) + 2;
    const y = high === low ? thumbHeight / 2 : thumbHeight - 4 - ((value - low) / (high - low)) * (thumbHeight - 8);
    return [`${x.toFixed(1)} ${y.toFixed(1)}`];
  });
  return `<svg class="thumbnail" viewBox="0 0 ${thumbWidth} ${thumbHeight}" aria-hidden="true"><path d="M${points.join("L")}"/></svg>`;
}

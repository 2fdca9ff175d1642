/// <reference lib="dom" />
/** How is a loss drawn? By Observable Plot, in colours that the style sheet defines, in a page or in a document that is only written out. */
import * as Plot from "@observablehq/plot";
import { colourOf } from "../colours.ts";
import type { FormDescription } from "./description.ts";
import type { DrawnSeries } from "./series.ts";
import { ulpsBetween } from "./ulps.ts";
import { type View, titleOfPlace } from "./view.ts";

/** A drawing with what it shows. */
export interface Drawing {
  readonly title: string;
  readonly figure: Element;
}

/** Where something is drawn. */
export interface DrawingPlace {
  /** In pixels. */
  readonly width: number;
  /** Of any DOM; default that of the page, where a drawing follows the pointer. */
  readonly document?: Document;
}

/** The drawings of a view: the loss, its gradient, and the difference of two engines where one is asked for. */
export function drawView(
  view: View,
  form: FormDescription,
  series: readonly DrawnSeries[],
  place: DrawingPlace,
): readonly Drawing[] {
  return drawers[view.figure](view, form, series, place);
}

type Drawer = (
  view: View,
  form: FormDescription,
  series: readonly DrawnSeries[],
  place: DrawingPlace,
) => readonly Drawing[];

const drawers: Readonly<Record<View["figure"], Drawer>> = {
  curve: drawCurves,
  surface: drawSurface,
  simplex: drawSimplex,
};

interface CurvePoint {
  readonly x: number;
  readonly y: number;
  readonly label: string;
}

function drawCurves(
  view: View,
  form: FormDescription,
  series: readonly DrawnSeries[],
  place: DrawingPlace,
): readonly Drawing[] {
  const moved = titleOfPlace(view.along, form.arguments);
  const curvesOf = (numbers: (one: DrawnSeries) => readonly number[] | undefined): readonly CurvePoint[] =>
    series.flatMap((one) => {
      const xs = one.request.points[0]!;
      return (numbers(one) ?? []).map((y, index) => ({ x: xs[index]!, y, label: one.label }));
    });
  const draw = (title: string, label: string, points: readonly CurvePoint[]): readonly Drawing[] =>
    points.length === 0 ? [] : [{ title, figure: plotCurves(view, series, moved, label, points, place) }];
  const differences = curvesOf(({ evaluation, other }) =>
    other?.values.map((value, index) => ulpsBetween(evaluation.values[index]!, value)),
  );
  return [
    ...draw(
      view.loss,
      "loss",
      curvesOf(({ evaluation }) => evaluation.values),
    ),
    ...draw(
      `Derivative with respect to ${moved}`,
      "derivative",
      curvesOf(({ evaluation, isBeside }) => (isBeside ? undefined : evaluation.gradient)),
    ),
    ...draw(`${view.engine} less ${view.against}, in units in the last place of float32`, "ulps", differences),
  ];
}

function plotCurves(
  view: View,
  series: readonly DrawnSeries[],
  moved: string,
  label: string,
  points: readonly CurvePoint[],
  place: DrawingPlace,
): Element {
  const domain = series.map((one) => one.label).filter((name) => points.some((point) => point.label === name));
  const dashed = new Set(series.filter(({ isBeside }) => isBeside).map((one) => one.label));
  const target = targetOf(view);
  const isSparse = points.length / domain.length < 20;
  const lines = { x: "x", y: "y", stroke: "label", strokeWidth: 2, ...(isSparse ? { marker: "dot" as const } : {}) };
  return Plot.plot({
    ...common(place),
    height: Math.min(340, 0.62 * place.width),
    x: { label: `${moved} →`, domain: [view.from, view.to], labelArrow: "none", labelAnchor: "right" },
    y: { label: `↑ ${label}`, labelArrow: "none", grid: true, nice: true },
    color: {
      type: "categorical",
      domain,
      range: domain.map((name) => colourOf(series.findIndex((one) => one.label === name))),
      legend: domain.length > 1,
    },
    marks: [
      Plot.ruleY([0], { stroke: "currentColor", strokeOpacity: 0.4 }),
      target === undefined
        ? null
        : Plot.ruleX([target], { stroke: "var(--bad)", strokeWidth: 1.5, title: () => `targets = ${target}` }),
      Plot.lineY(
        points.filter((point) => !dashed.has(point.label)),
        lines,
      ),
      Plot.lineY(
        points.filter((point) => dashed.has(point.label)),
        { ...lines, strokeDasharray: "6,4" },
      ),
      place.document === undefined
        ? Plot.tip(points, Plot.pointerX({ x: "x", y: "y", stroke: "label", fill: "var(--paper)" }))
        : null,
    ],
  });
}

/** The target that predictions are compared with, where both are one number. */
function targetOf({ along, inputs, from, to }: View): number | undefined {
  const [target, ...more] = inputs["targets"] ?? [];
  const isOne = target !== undefined && more.length === 0 && along.argument === "predictions";
  return isOne && target >= from && target <= to ? target : undefined;
}

function drawSurface(
  view: View,
  form: FormDescription,
  series: readonly DrawnSeries[],
  place: DrawingPlace,
): readonly Drawing[] {
  const [{ request, evaluation }] = series as readonly [DrawnSeries];
  const [x, y] = [titleOfPlace(view.along, form.arguments), titleOfPlace(view.across, form.arguments)];
  const draw = (title: string, values: readonly number[] | undefined, scheme: Plot.ColorScheme): readonly Drawing[] => {
    if (values === undefined) return [];
    const points = values.map((value, index) => ({
      x: request.points[0]![index]!,
      y: request.points[1]![index]!,
      value,
    }));
    const figure = Plot.plot({
      ...common(place),
      ...withoutInset,
      height: Math.min(480, 0.9 * place.width),
      x: { label: `${x} →`, labelArrow: "none" },
      y: { label: `↑ ${y}`, labelArrow: "none" },
      color: { scheme, legend: true, label: title, ...(scheme === "RdBu" ? { type: "diverging", pivot: 0 } : {}) },
      marks: [
        Plot.contour(points, { x: "x", y: "y", fill: "value", thresholds: 24, interpolate: "barycentric" }),
        Plot.frame({ stroke: "currentColor", strokeOpacity: 0.4 }),
      ],
    });
    return [{ title, figure }];
  };
  return [
    ...draw(view.loss, evaluation.values, "viridis"),
    ...draw(`Derivative with respect to ${x}`, evaluation.gradient, "RdBu"),
  ];
}

function drawSimplex(
  view: View,
  _form: FormDescription,
  series: readonly DrawnSeries[],
  place: DrawingPlace,
): readonly Drawing[] {
  const [{ request, evaluation }] = series as readonly [DrawnSeries];
  const shares = sharesOf(request.points);
  const points = evaluation.values.map((value, index) => ({ ...toPlane(shares[index]!), value }));
  const corners = [0, 1, 2].map((corner) => ({
    ...toPlane([0, 1, 2].map((element) => Number(element === corner))),
    text: `class ${corner} is certain`,
  }));
  const side = Math.min(place.width, 560);
  const figure = Plot.plot({
    ...common({ ...place, width: side }),
    ...withoutInset,
    height: 0.95 * side,
    axis: null,
    x: { domain: [plane.left, plane.right] },
    y: { domain: [plane.bottom, plane.top] },
    color: { scheme: "viridis", legend: true, label: view.loss },
    marks: [
      Plot.contour(points, { x: "x", y: "y", fill: "value", thresholds: 24, interpolate: "barycentric" }),
      // The colours go on beyond the triangle, where there is nothing.
      Plot.line(outside, { x: "0", y: "1", fill: "var(--paper)", stroke: "none" }),
      Plot.line([...corners, corners[0]!], { x: "x", y: "y", stroke: "currentColor" }),
      Plot.text(corners.slice(0, 2), { x: "x", y: "y", text: "text", dy: 14 }),
      Plot.text(corners.slice(2), { x: "x", y: "y", text: "text", dy: -12 }),
    ],
  });
  return [{ title: `${view.loss} over the probabilities of three classes`, figure }];
}

/** The plane around the triangle, and the way that covers what lies outside: into the triangle, around it, and back. */
const plane = { left: -0.18, right: 1.18, bottom: -0.12, top: 0.98 };
const beyond = { left: -0.2, right: 1.2, bottom: -0.14, top: 1 };
const peak = [0.5, Math.sqrt(3) / 2] as const;
const outside: readonly (readonly [number, number])[] = [
  [beyond.left, beyond.bottom],
  [beyond.left, beyond.top],
  [0.5, beyond.top],
  peak,
  [0, 0],
  [1, 0],
  peak,
  [0.5, beyond.top],
  [beyond.right, beyond.top],
  [beyond.right, beyond.bottom],
];

/** The probabilities of each point, which may have been given as logarithms. */
function sharesOf([first, second, third]: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const isLogarithm = first!.some((value) => value < 0);
  return first!.map((value, index) => {
    const triple = [value, second![index]!, third![index]!];
    return isLogarithm ? triple.map(Math.exp) : triple;
  });
}

/** A place in an equilateral triangle, whose corners are the classes. */
function toPlane(shares: readonly number[]): { readonly x: number; readonly y: number } {
  return { x: shares[1]! + shares[2]! / 2, y: (Math.sqrt(3) / 2) * shares[2]! };
}

/** A map reaches its frame. */
const withoutInset = { insetLeft: 0, insetRight: 0 };

function common(place: DrawingPlace): Plot.PlotOptions {
  return {
    ...place,
    marginLeft: 52,
    marginBottom: 40,
    marginTop: 30,
    insetLeft: 4,
    insetRight: 4,
    style: { background: "transparent", fontSize: "13px", overflow: "visible" },
  };
}

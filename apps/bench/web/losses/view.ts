/** What does the losses room show? All of it is in the address, and what is as usual is left out. */
import type { OptionDefinition } from "@symloss/losses";
import { type EngineName, findEngine } from "../engines.ts";
import type { ArgumentDescription, FormDescription, LossDescription } from "./description.ts";
import type { ElementPlace } from "./evaluation.ts";

/** How a loss is drawn: along one element, over two, or over the probabilities of three classes. */
export type FigureKind = "curve" | "surface" | "simplex";

/** What each kind of figure is called. */
export const figureTitles: Readonly<Record<FigureKind, string>> = {
  curve: "curve",
  surface: "map of two elements",
  simplex: "triangle of classes",
};

/** What the room shows. */
export interface View {
  readonly loss: string;
  readonly engine: EngineName;
  /** The engine that the first is compared with, in units in the last place. */
  readonly against: EngineName | undefined;
  readonly figure: FigureKind;
  /** Which of the loss's forms. */
  readonly form: number;
  /** Which of its results. */
  readonly result: string;
  /** The elements of each argument. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** What was written for each option; of numbers several, separated by commas, are drawn together. */
  readonly options: Readonly<Record<string, string>>;
  /** The element along which the loss is drawn, and the second one of a map. */
  readonly along: ElementPlace;
  readonly across: ElementPlace;
  /** The ends of the axis. */
  readonly from: number;
  readonly to: number;
  /** What is drawn beside: losses, and references. */
  readonly beside: readonly string[];
}

/** The loss that the address names, or the first to be seen. */
export function lossIn(parameters: URLSearchParams): string {
  return parameters.get("loss") ?? "huber";
}

/** What the address says of a loss; whatever it does not say, or says wrongly, is as usual. */
export function parseView(parameters: URLSearchParams, description: LossDescription): View {
  const form = wholeIn(parameters.get("form"), description.forms.length) ?? 0;
  const { arguments: wanted } = description.forms[form]!;
  const results = Object.keys(description.results);
  const [first, second] = usualMoves(wanted);
  const along = parsePlace(parameters.get("along"), wanted) ?? first;
  const { from, to } = argumentOf(along, wanted).range;
  const figures = figuresOf(description.forms[form]!, along);
  return {
    loss: description.name,
    engine: findEngine(parameters.get("engine")) ?? "wasm",
    against: findEngine(parameters.get("against")),
    figure: figures.find((kind) => kind === parameters.get("figure")) ?? "curve",
    form,
    result: results.find((name) => name === parameters.get("result")) ?? results[0]!,
    inputs: Object.fromEntries(
      wanted.map(({ name, values }) => [name, parseNumbers(parameters.get(name), values.length) ?? values]),
    ),
    options: Object.fromEntries(
      Object.keys(description.options).flatMap((name) => {
        const text = parameters.get(name);
        return text === null ? [] : [[name, text]];
      }),
    ),
    along,
    across: parsePlace(parameters.get("across"), wanted) ?? second,
    from: parseNumber(parameters.get("from")) ?? from,
    to: parseNumber(parameters.get("to")) ?? to,
    beside: (parameters.get("beside") ?? "").split(",").filter((name) => name !== ""),
  };
}

/** What the address must say for a view. */
export function formatView(view: View, description: LossDescription): URLSearchParams {
  const usual = parseView(new URLSearchParams({ loss: view.loss, form: String(view.form) }), description);
  const usualHere = { ...usual, ...rangeOf(description, view) };
  const entries: readonly (readonly [string, string | undefined, string | undefined])[] = [
    ["engine", view.engine, usual.engine],
    ["against", view.against, undefined],
    ["figure", view.figure, usual.figure],
    ["form", String(view.form), "0"],
    ["result", view.result, usual.result],
    ["along", formatPlace(view.along), formatPlace(usual.along)],
    ["across", formatPlace(view.across), formatPlace(usual.across)],
    ["from", String(view.from), String(usualHere.from)],
    ["to", String(view.to), String(usualHere.to)],
    ["beside", view.beside.join(","), ""],
    ...Object.entries(view.inputs).map(
      ([name, values]) => [name, values.join(","), usual.inputs[name]!.join(",")] as const,
    ),
    ...Object.entries(view.options).map(([name, text]) => [name, text, ""] as const),
  ];
  const said = entries.flatMap(([name, value, other]) =>
    value === undefined || value === other ? [] : [[name, value]],
  );
  return new URLSearchParams([["loss", view.loss], ...said] as [string, string][]);
}

/** The ends of the axis if nobody says. */
export function rangeOf(
  description: LossDescription,
  { form, along }: Pick<View, "form" | "along">,
): Pick<View, "from" | "to"> {
  const { from, to } = argumentOf(along, description.forms[form]!.arguments).range;
  return { from, to };
}

/** The argument of an element. */
export function argumentOf({ argument }: ElementPlace, wanted: readonly ArgumentDescription[]): ArgumentDescription {
  return wanted.find(({ name }) => name === argument)!;
}

/** Every element that can move, in the order of the arguments. */
export function placesOf(wanted: readonly ArgumentDescription[]): readonly ElementPlace[] {
  return wanted.flatMap(({ name, role, values }) =>
    role === "count" ? [] : values.map((_, element) => ({ argument: name, element })),
  );
}

/** The figures that a form of a loss can be drawn as. */
export function figuresOf({ arguments: wanted }: FormDescription, along: ElementPlace): readonly FigureKind[] {
  const kinds: FigureKind[] = ["curve"];
  if (placesOf(wanted).length > 1) kinds.push("surface");
  if (isOfThreeClasses(argumentOf(along, wanted))) kinds.push("simplex");
  return kinds;
}

/** Whether the elements of an argument are numbers of three classes. */
function isOfThreeClasses({ role, shape, differentiable }: ArgumentDescription): boolean {
  return differentiable && /\bclasses\]/.test(role) && shape.length === 1 && shape[0] === 3;
}

/** `predictions`, or `logits[2]` of several elements. */
export function titleOfPlace(place: ElementPlace, wanted: readonly ArgumentDescription[]): string {
  const { argument, element } = place;
  const { values, shape } = argumentOf(place, wanted);
  if (values.length === 1) return argument;
  const at: number[] = [];
  let rest = element;
  for (const length of shape.toReversed()) {
    at.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return `${argument}[${at.join(", ")}]`;
}

/** The values that an option is drawn with: several numbers make several curves. */
export function valuesOfOption(definition: OptionDefinition, text: string): readonly unknown[] {
  const { kind } = definition;
  if (kind === "flag") return [text === "true"];
  if (kind === "choice") return [definition.choices.find((choice) => String(choice) === text) ?? text];
  if (kind === "array" || kind === "mask" || kind === "axes") return [parseJson(text)];
  return text.split(",").map((part) => (part.trim() === "" ? part : Number(part)));
}

/** A list may be written without its brackets. */
function parseJson(text: string): unknown {
  for (const candidate of [text, `[${text}]`]) {
    try {
      return JSON.parse(candidate);
    } catch {
      // The loss itself says what it needs.
    }
  }
  return text;
}

/** Predictions, rather than what they are compared with, and what is next to them. */
function usualMoves(wanted: readonly ArgumentDescription[]): readonly [ElementPlace, ElementPlace] {
  const places = placesOf(wanted);
  const of = (chosen: ArgumentDescription | undefined): ElementPlace | undefined =>
    places.find(({ argument }) => argument === chosen?.name);
  const smooth = wanted.filter(({ differentiable }) => differentiable);
  const first = of(smooth.find(({ name }) => !/^(targets|labels)$/.test(name)) ?? smooth[0]) ?? places[0]!;
  const second = places.find((place) => place.argument === first.argument && place.element === first.element + 1);
  return [first, second ?? places.find(({ argument }) => argument !== first.argument) ?? first];
}

function parsePlace(text: string | null, wanted: readonly ArgumentDescription[]): ElementPlace | undefined {
  return placesOf(wanted).find((place) => formatPlace(place) === text);
}

/** `logits:2` */
export function formatPlace({ argument, element }: ElementPlace): string {
  return `${argument}:${element}`;
}

function parseNumbers(text: string | null, count: number): readonly number[] | undefined {
  const numbers = text?.split(",").map(Number);
  return numbers?.length === count && numbers.every((value) => !Number.isNaN(value)) ? numbers : undefined;
}

function parseNumber(text: string | null): number | undefined {
  const number = text === null || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

function wholeIn(text: string | null, below: number): number | undefined {
  const number = Number(text ?? Number.NaN);
  return Number.isInteger(number) && number >= 0 && number < below ? number : undefined;
}

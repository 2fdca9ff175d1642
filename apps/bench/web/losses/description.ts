/** What must the page know of a loss to let it be called? Runs in the worker, for the catalogue is large. */
import { lossSamples } from "@symloss/conformance";
import { type ArgumentDefinition, type Elements, type LossName, type OptionDefinition, losses } from "@symloss/losses";
import { suggestion } from "../../src/suggestion.ts";

/** A loss, with an example of each way to call it. */
export interface LossDescription {
  readonly name: string;
  readonly options: Readonly<Record<string, OptionDefinition>>;
  /** The shape of each result. */
  readonly results: Readonly<Record<string, string>>;
  /** The losses whose arguments have the same names, shapes and elements, with results of the same shape, which can be drawn beside it. */
  readonly companions: readonly string[];
  /** Each combination of the shapes that its arguments may have. */
  readonly forms: readonly FormDescription[];
}

/** One way to call a loss. */
export interface FormDescription {
  /** The shapes: `labels [..], logits [.., classes]`. */
  readonly title: string;
  readonly arguments: readonly ArgumentDescription[];
  /** Whether a batch of calls is one call, of arguments with one more axis. */
  readonly batches: boolean;
}

/** An argument, with an example. */
export interface ArgumentDescription {
  readonly name: string;
  /** `[.., classes]` */
  readonly role: string;
  readonly elements: Elements;
  /** Whether the loss has a gradient with respect to it. */
  readonly differentiable: boolean;
  readonly shape: readonly number[];
  /** The elements of the example. */
  readonly values: readonly number[];
  /** The elements along which it is drawn. */
  readonly range: ElementRange;
}

/** Between which elements an argument is drawn, and whether nothing is between them. */
export interface ElementRange {
  readonly from: number;
  readonly to: number;
  /** The distance of neighbours, where there is one: class indices are 1 apart, signs 2. */
  readonly step?: number;
}

/** The names of all losses. */
export function listLosses(): readonly string[] {
  return Object.keys(losses);
}

const described = new Map<LossName, LossDescription>();

/** Made once for each loss: every figure asks. Throws `RangeError` if there is no loss of that name. */
export function describeLoss(name: string): LossDescription {
  const loss = requireLoss(name);
  const found = described.get(loss) ?? makeDescription(loss);
  described.set(loss, found);
  return found;
}

function makeDescription(name: LossName): LossDescription {
  const { options, results } = losses[name].definition;
  return { name, options, results, companions: companionsOf(name), forms: formsOf(name) };
}

/** The name, if it is that of a loss; throws `RangeError` if it is not. */
export function requireLoss(name: string): LossName {
  if (Object.hasOwn(losses, name)) return name as LossName;
  throw new RangeError(`There is no loss "${name}".${suggestion(name, Object.keys(losses))}`);
}

function companionsOf(name: LossName): readonly string[] {
  const own = signatureOf(name);
  return (Object.keys(losses) as LossName[]).filter((other) => other !== name && signatureOf(other) === own);
}

function signatureOf(name: LossName): string {
  const { arguments: wanted, results } = losses[name].definition;
  const named = wanted.map(({ name: argument, shape, elements }) => [argument, shape, elements].join(" "));
  return [...named.toSorted(), ...Object.values(results)].join(", ");
}

function formsOf(name: LossName): readonly FormDescription[] {
  const { arguments: wanted } = losses[name].definition;
  const batches = isOfRows(name);
  // Samples differ in choices too, which are the user's to make.
  const found = new Map<string, FormDescription>();
  for (const { inputs, forms } of lossSamples(name, { leading: batches ? [] : [3] })) {
    const title = wanted.map((argument) => `${argument.name} ${forms[argument.name]?.shape ?? "count"}`).join(", ");
    if (found.has(title)) continue;
    found.set(title, {
      title,
      arguments: wanted.map((argument) => describeArgument(argument, forms[argument.name], inputs[argument.name]!)),
      batches: batches && Object.values(forms).every(({ leading }) => leading),
    });
  }
  return [...found.values()];
}

/** Whether the loss of a row is its own alone: it has a result for each, and no axis that is summed is one of the leading. */
function isOfRows(name: LossName): boolean {
  const { comparesRows, options, results } = losses[name].definition;
  const sumsLeading = Object.values(options).some(
    (option) => option.kind === "axes" && !(typeof option.default === "number" && option.default < 0),
  );
  return !comparesRows && !sumsLeading && Object.values(results).every((shape) => shape.includes(".."));
}

type Sample = ReturnType<typeof lossSamples>[number];

function describeArgument(
  { name, differentiable, elements }: ArgumentDefinition,
  form: Sample["forms"][string] | undefined,
  input: Sample["inputs"][string],
): ArgumentDescription {
  if (typeof input === "number") {
    const range = { from: 1, to: input, step: 1 };
    return { name, role: "count", elements, differentiable: false, shape: [], values: [input], range };
  }
  const { shape, elements: own } = form!;
  const values = input.shape.length === 0 ? [plainest[own]] : Array.from(input.data, toTwoDigits);
  const range = ranges[own](Math.max(1, ...input.data));
  return { name, role: shape, elements: own, differentiable, shape: input.shape, values, range };
}

function toTwoDigits(value: number): number {
  return Number(value.toFixed(2));
}

/** Of each kind of elements the one that a figure begins with. */
const plainest: Readonly<Record<Elements, number>> = {
  float: 0,
  positive: 1,
  nonNegative: 1,
  probability: 0.5,
  logProbability: -1,
  distribution: 1,
  logDistribution: 0,
  sign: 1,
  classIndex: 0,
  label: 0,
  oneHot: 1,
  multiHot: 1,
  boolean: 1,
  length: 1,
  count: 3,
};

const whole = (to: number): ElementRange => ({ from: 0, to, step: 1 });
const bit = (): ElementRange => whole(1);
const within = (from: number, to: number) => (): ElementRange => ({ from, to });

/** For each kind of elements where it is drawn, given the largest of an example. */
const ranges: Readonly<Record<Elements, (largest: number) => ElementRange>> = {
  float: within(-3, 3),
  positive: within(0.05, 4),
  nonNegative: within(0, 4),
  probability: within(0, 1),
  distribution: within(0, 1),
  logProbability: within(-5, 0),
  logDistribution: within(-5, 0),
  sign: () => ({ from: -1, to: 1, step: 2 }),
  classIndex: whole,
  label: whole,
  oneHot: bit,
  multiHot: bit,
  boolean: bit,
  length: whole,
  count: whole,
};

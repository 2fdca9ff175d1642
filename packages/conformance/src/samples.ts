/** With which arguments can a loss be called? Fixed numbers for any loss, derived from its definition. */
import { DTypeError, type NDArray, OutOfRangeError } from "@symloss/core";
import { type OptionRule, type OptionTable, checkOptions, flagRule, isRecord, requireRule } from "@symloss/core/engine";
import {
  type AnyLoss,
  type ArgumentForm,
  type Elements,
  type LossDefinition,
  type LossName,
  type OptionDefinition,
  elementTraits,
  isLoss,
  losses,
} from "@symloss/losses";
import { arrayOf, productOf } from "./data.ts";
import { choiceRule } from "./rules.ts";

/** A call of a loss. */
export interface LossSample<Name extends string = LossName> {
  /** The loss, its choices, and each argument that is not in its first form. */
  readonly title: string;
  readonly name: Name;
  readonly loss: AnyLoss;
  /** The arguments by name: arrays of float32 or int32; a count is a number. */
  readonly inputs: Readonly<Record<string, NDArray | number>>;
  /** The form of each array. */
  readonly forms: Readonly<Record<string, ArgumentForm>>;
  readonly options: Readonly<Record<string, unknown>>;
}

/** A loss, whatever its arguments. */
export interface DefinedLoss {
  readonly definition: LossDefinition;
}

/** How large the samples are, and which are made. */
export interface LossSampleOptions {
  /** The lengths of named axes, and counts, by name: non-negative integers; default 3, and 8 for `time`. */
  readonly lengths?: Readonly<Record<string, number>> | undefined;
  /** The lengths for which `..` stands; default the length of `batch`, or none if that is an axis of its own. */
  readonly leading?: readonly number[] | undefined;
  /** Whether to add a call with every option, and the last of each choice; default false. */
  readonly everyOption?: boolean | undefined;
}

/**
 * Makes calls of a loss, which is one of the catalogue, by its name, or one of your own: one for each form of its arguments and each
 * combination of its choices.
 * Throws `OutOfRangeError` if there is no loss of that name, or if a length is not a non-negative integer.
 */
export function lossSamples(name: LossName, options?: LossSampleOptions): readonly LossSample[];
export function lossSamples(loss: DefinedLoss, options?: LossSampleOptions): readonly LossSample<string>[];
export function lossSamples(
  named: LossName | DefinedLoss,
  options: LossSampleOptions = {},
): readonly LossSample<string>[] {
  const own = isLoss(named) ? named : undefined;
  if (own === undefined) requireRule("lossSamples", "name", choiceRule(Object.keys(losses)), named);
  checkOptions("lossSamples", options, optionRules);
  const { lengths = {}, everyOption = false } = options;
  const loss = own ?? losses[named as LossName];
  const { definition } = loss;
  // There is time to say all labels, with something between them.
  const lengthOf = (axis: string): number => lengths[axis] ?? (axis === "time" ? 8 : 3);
  const counts = definition.arguments
    .filter(({ elements }) => elements === "count")
    .map((count) => lengthOf(count.name));
  const hasBatch = definition.arguments.some(({ forms }) => forms.some(({ axes }) => axes.includes("batch")));
  const shared = { lengthOf, leading: options.leading ?? (hasBatch ? [] : [lengthOf("batch")]) };
  return formsOf(definition).flatMap((forms) => {
    // Class indices are below the length of `classes`, or below a count among the arguments; where neither says it, there are two.
    const hasClasses = counts.length > 0 || Object.values(forms).some(({ axes }) => axes.includes("classes"));
    const sizes = { ...shared, classes: hasClasses ? Math.min(lengthOf("classes"), ...counts) : 2 };
    return optionsOf(definition, sizes, everyOption).map((given): LossSample<string> => {
      const inputs = definition.arguments.map(({ name: argument, elements, of }, index) => [
        argument,
        elements === "count" ? lengthOf(argument) : sampleOf({ ...forms[argument]!, of }, sizes, index + 1),
      ]);
      return {
        title: titleOf(definition, forms, given),
        name: definition.name,
        loss,
        inputs: Object.fromEntries(inputs),
        forms,
        options: given,
      };
    });
  });
}

const isLength = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

const lengthsRule: OptionRule = {
  must: "a record of non-negative integers",
  holds: (value) => isRecord(value) && Object.values(value).every(isLength),
  error: OutOfRangeError,
};

const leadingRule: OptionRule = {
  must: "a list of non-negative integers",
  holds: (value) => Array.isArray(value) && Array.from(value).every(isLength),
  error: DTypeError,
};

const optionRules: OptionTable<LossSampleOptions> = {
  lengths: lengthsRule,
  leading: leadingRule,
  everyOption: flagRule,
};

type Forms = Readonly<Record<string, ArgumentForm>>;

/** Each combination of the forms of the arguments that are arrays. Those that may have the same shapes have the same one of them. */
function formsOf({ arguments: list }: LossDefinition): readonly Forms[] {
  const arrays = list.filter(({ elements }) => elements !== "count");
  const places = Object.fromEntries(arrays.map(({ shape, forms }) => [shape, forms.map((_, place) => place)]));
  return combinations(places).map((chosen) =>
    Object.fromEntries(arrays.map(({ name, shape, forms }) => [name, forms[chosen[shape]!]!])),
  );
}

/** Each combination of choices; then, on request, the last of them with a value for every other option. */
function optionsOf(
  { options }: LossDefinition,
  sizes: Sizes,
  everyOption: boolean,
): readonly Readonly<Record<string, unknown>>[] {
  const choices = Object.entries(options).flatMap(([name, option]) =>
    option.kind === "choice" ? [[name, option.choices] as const] : [],
  );
  const chosen = combinations(Object.fromEntries(choices));
  const others = Object.entries(options).flatMap(([name, option]) =>
    option.kind === "choice" || growsWithRows(option) ? [] : [[name, valueOf(option, sizes)] as const],
  );
  return everyOption && others.length > 0 ? [...chosen, { ...chosen.at(-1), ...Object.fromEntries(others) }] : chosen;
}

type Kind = Exclude<OptionDefinition["kind"], "choice">;
type OfKind<K extends Kind> = OptionDefinition & { readonly kind: K };

/** Whether an array has as many rows as the arguments, which a model for any batch can't hold. */
function growsWithRows(option: OptionDefinition): boolean {
  return option.kind === "array" && /\.\.|\bbatch\b/.test(option.shape);
}

function valueOf<K extends Kind>(option: OfKind<K>, sizes: Sizes): unknown {
  const make: (option: OfKind<K>, sizes: Sizes) => unknown = optionValues[option.kind];
  return make(option, sizes);
}

const optionValues: { readonly [K in Kind]: (option: OfKind<K>, sizes: Sizes) => unknown } = {
  number: numberWithin,
  tensor: numberWithin,
  int: () => -1,
  flag: (option) => !option.default,
  axes: () => 0,
  axis: () => -1,
  mask: () => true,
  count: (_, { lengthOf }) => lengthOf("classes"),
  array: ({ shape, elements = "float", of }, sizes) => {
    const [kind] = [elements].flat();
    const axes = shape.split(" or ")[0]!.match(/\w+/g) ?? [];
    return sampleOf({ shape, leading: false, axes, elements: kind!, of }, sizes, 9);
  },
};

/** What numbers are kept from is small, and no number of a sample. */
function numberWithin(option: { readonly must?: string; readonly default?: number }): number {
  const { must, default: usual = 0 } = option;
  if (must === "atLeastOne" || must === "aboveOne") return 1.5;
  return usual > 0 && usual < 0.01 ? 2 * usual : 0.5;
}

/** One record for each combination of one value for each name. */
function combinations<T>(values: Readonly<Record<string, readonly T[]>>): Readonly<Record<string, T>>[] {
  return Object.entries(values).reduce<Readonly<Record<string, T>>[]>(
    (records, [name, list]) => records.flatMap((record) => list.map((value) => ({ ...record, [name]: value }))),
    [{}],
  );
}

function titleOf(definition: LossDefinition, forms: Forms, options: Readonly<Record<string, unknown>>): string {
  const others = definition.arguments.flatMap(({ name, forms: [first] }) =>
    forms[name] === undefined || forms[name] === first ? [] : [`${name} ${forms[name].shape}`],
  );
  const given = Object.entries(options).map(([name, value]) =>
    definition.options[name]!.kind === "choice" ? String(value) : `${name} ${String(value)}`,
  );
  return [definition.name, ...others, ...given].join(" ");
}

interface Sizes {
  readonly lengthOf: (axis: string) => number;
  readonly classes: number;
  readonly leading: readonly number[];
}

function sampleOf(
  { leading, axes, elements, of }: ArgumentForm & { readonly of?: string | undefined },
  sizes: Sizes,
  seed: number,
): NDArray {
  const { lengthOf } = sizes;
  const shape = [...(leading ? sizes.leading : []), ...axes.map((axis) => fixedLength(axis) ?? lengthOf(axis))];
  const longest = of === undefined ? 0 : lengthOf(of);
  const element = elementsOf[elements as Exclude<Elements, "count">]({ shape, seed, longest, classes: sizes.classes });
  const values = Float64Array.from({ length: productOf(shape) }, (_, index) => element(index));
  const { dtype } = elementTraits[elements];
  return arrayOf(values, shape, dtype === "float" ? "float32" : dtype);
}

/** The length of an axis that is named by a number. */
function fixedLength(axis: string): number | undefined {
  return /^\d+$/.test(axis) ? Number(axis) : undefined;
}

interface ElementContext {
  readonly shape: readonly number[];
  readonly seed: number;
  readonly classes: number;
  /** What lengths are at most. */
  readonly longest: number;
}

/** An element, from its place in the array. */
type Element = (index: number) => number;

/** Numbers for each kind of elements. */
const elementsOf: { readonly [Kind in Exclude<Elements, "count">]: (context: ElementContext) => Element } = {
  float: ({ seed }) => wave(seed),
  positive: ({ seed }) => mapped(Math.exp, wave(seed)),
  // 0 among them.
  nonNegative: ({ seed }) => mapped((value) => Math.max(0, value), wave(seed)),
  // 0 and 1 among them.
  probability: ({ seed }) => {
    const between = mapped(sigmoid, wave(seed));
    return (index) => [0, between(index), 1][index % 3]!;
  },
  logProbability: ({ seed }) => mapped((value) => Math.log(sigmoid(value)), wave(seed)),
  distribution: share,
  logDistribution: (context) => mapped(Math.log, share(context)),
  sign: () => (index) => (index % 3 === 0 ? -1 : 1),
  classIndex: (context) => classOf(context),
  // The same for two of them each.
  label: () => (index) => Math.floor(index / 2) % 4,
  multiHot: ({ seed }) => mapped((value) => Number(value > 0), wave(seed)),
  boolean: ({ seed }) => mapped((value) => Number(value > 0), wave(seed)),
  length:
    ({ longest }) =>
    (index) =>
      Math.max(0, longest - (index % 2)),
  oneHot: (context) => {
    const length = context.shape.at(-1)!;
    const right = classOf({ ...context, classes: length });
    return (index) => Number(index % length === right(Math.floor(index / length)));
  },
};

/** Numbers from -2 to 2 without an obvious pattern. */
function wave(seed: number): Element {
  return (index) => 2 * Math.sin(seed + index * (seed + 0.7));
}

function mapped(fn: (value: number) => number, element: Element): Element {
  return (index) => fn(element(index));
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

/** Probabilities that sum to 1 along the last axis. */
function share({ shape, seed }: ElementContext): Element {
  const length = shape.at(-1)!;
  const size = mapped(Math.exp, wave(seed));
  return (index) => {
    const start = index - (index % length);
    const total = Array.from({ length }, (_, offset) => size(start + offset)).reduce((left, right) => left + right);
    return size(index) / total;
  };
}

/** Integers from 0 to the number of classes minus 1. */
function classOf({ seed, classes }: ElementContext): Element {
  return mapped((value) => Math.min(Math.floor(((value + 2) / 4) * classes), classes - 1), wave(seed));
}

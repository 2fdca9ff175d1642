/** Is what someone declares by hand a loss? Whatever is wrong is refused when the loss is defined, by its place in the declaration. */
import { DTypeError, OutOfRangeError, describe } from "@symloss/core";
import {
  type OptionRule,
  flagRule,
  functionRule,
  isRecord,
  nearestName,
  print,
  recordRule,
  requireRule,
  unknownName,
} from "@symloss/core/engine";
import { type Role, rolesOf } from "./check.ts";
import type { ArgumentDeclaration, LossDeclaration } from "./definition.ts";
import { type PlainCheck, elementKinds } from "./elements.ts";
import { type Kind, type OptionDefinition, bounds, rulesOf } from "./options.ts";

const caller = "defineLoss";

/**
 * A copy of the declaration, which later changes don't reach. Throws, naming the place, if it is no declaration: `OutOfRangeError` if it
 * has an unknown property, or one that is not allowed, and `DTypeError` if one has the wrong type.
 */
export function readDeclaration(given: unknown): LossDeclaration {
  const { name } = isRecord(given) ? given : { name: undefined };
  const path = isName(name) ? name : "declaration";
  const declaration = readRecord(path, given, declarationRules) as unknown as LossDeclaration;
  requireArguments(declaration);
  const axes = axesOf(declaration);
  for (const [argument, value] of Object.entries(declaration.arguments)) {
    requireReferences(`${path}.arguments.${argument}`, fullForm(value), declaration, axes);
  }
  requireOptions(declaration, axes);
  requireResults(declaration, axes);
  if (declaration.comparesRows === true && !axes.any.has("batch")) {
    throw new OutOfRangeError(`${caller}: ${path}.comparesRows must be given with an axis batch, got none.`);
  }
  return copyOf(declaration) as LossDeclaration;
}

/** Throws unless the formula is a function that takes the arguments, and then the options if there are any. */
export function requireFormula({ name, arguments: declared, options }: LossDeclaration, formula: unknown): void {
  requireRule(caller, "formula", functionRule, formula);
  const names = Object.keys(declared);
  const withOptions = Object.keys(options).length > 0;
  const { length } = formula as (...args: never[]) => unknown;
  if (length === names.length || (withOptions && length === names.length + 1)) return;
  const wanted = listed([...names, ...(withOptions ? ["the options"] : [])]);
  const help = length < names.length ? " Those with a default, and lists of the rest, are not counted." : "";
  throw new OutOfRangeError(
    `${caller}: the formula of ${name} must take ${wanted}, got a function of ${length} parameter${length === 1 ? "" : "s"}.${help}`,
  );
}

/** `targets, predictions and the options` */
function listed(words: readonly string[]): string {
  return words.length === 1 ? words[0]! : `${words.slice(0, -1).join(", ")} and ${words.at(-1)!}`;
}

const nameRule: OptionRule = {
  must: "a JavaScript identifier of the letters a to z, digits and _, and no name that every object has",
  holds: isName,
  error: OutOfRangeError,
  required: true,
};

/** Names stand in messages and models, and are typed on command lines; what every object has would be found in records without it. */
function isName(value: unknown): value is string {
  return typeof value === "string" && /^[a-z_]\w*$/i.test(value) && !(value in Object.prototype);
}

const textRule: OptionRule = { must: "a text", holds: (value) => typeof value === "string", error: DTypeError };

const lossRecord: OptionRule = { ...recordRule, show: describe };

const shapeRule: OptionRule = {
  must: 'axes in brackets, such as "[batch, classes]", "[.., classes]" or "[]", or several of these with " or " between them',
  holds: (value) => typeof value === "string" && value.split(" or ").every((form) => shapeForm.test(form)),
  error: OutOfRangeError,
  required: true,
};

const axis = String.raw`(?:[A-Za-z_]\w*|\d+)`;
const shapeForm = new RegExp(String.raw`^\[(?:(?:\.\.|${axis})(?:, ${axis})*)?\]$`);

const resultRule: OptionRule = {
  must: 'a shape such as "[..]", "[batch + 1]" or "[..] without the axes", or several of these with " or " between them',
  holds: (value) => typeof value === "string" && resultForms(value).every(({ axes }) => axes !== undefined),
  error: OutOfRangeError,
  required: true,
};

/** A shape that a result may have. */
export interface ResultForm {
  readonly leading: boolean;
  /** Each axis, and how much longer than it the result is; undefined if the text is no shape. */
  readonly axes: readonly (readonly [axis: string, more: number])[] | undefined;
  /** Whether the axes are gone that an option names. */
  readonly reduced: boolean;
}

/** The shapes that a result may have. */
export function resultForms(shape: string): readonly ResultForm[] {
  return shape.split(/,? or /).map((form) => {
    const plain = form.replace(/ without the axes$/, "");
    const written = plain.replaceAll(/ \+ \d+(?=[,\]])/g, "");
    const [role] = rolesOf(plain);
    return {
      leading: role!.leading,
      axes: shapeForm.test(written) ? role!.axes.map(takeApart) : undefined,
      reduced: plain !== form,
    };
  });
}

function takeApart(text: string): readonly [string, number] {
  const [name, more = "0"] = text.split(" + ");
  return [name!, Number(more)];
}

/** One of these texts. */
function oneOf(names: readonly string[]): OptionRule {
  return {
    must: `one of ${names.join(", ")}`,
    holds: (value) => typeof value === "string" && names.includes(value),
    error: OutOfRangeError,
    help: (value) => {
      const near = typeof value === "string" ? nearestName(value, names) : undefined;
      return near === undefined ? "" : `Did you mean ${near}?`;
    },
  };
}

/** Each name once. */
const checkNames: Readonly<Record<PlainCheck | "none", true>> = {
  none: true,
  positive: true,
  nonNegative: true,
  atLeastOne: true,
  aboveOne: true,
  unitInterval: true,
  signs: true,
  multiHot: true,
  wholeNumbers: true,
  oneHot: true,
  simplex: true,
};

type Rules = Readonly<Record<string, OptionRule>>;

const declarationRules: Rules = {
  name: nameRule,
  arguments: lossRecord,
  broadcasts: {
    must: 'false, "oneSided" or "mutual"',
    holds: (value) => value === false || value === "oneSided" || value === "mutual",
    error: OutOfRangeError,
  },
  comparesRows: flagRule,
  differentiable: flagRule,
  options: { ...lossRecord, help: (value) => (value === undefined ? "A loss without options has {}." : "") },
  results: lossRecord,
};

const elementRule = oneOf(Object.keys(elementKinds));

const elementsRules: Rules = {
  shape: shapeRule,
  elements: {
    ...elementRule,
    must: `${elementRule.must}, or a list with one for each shape`,
    holds: (value) => (Array.isArray(value) ? Array.from(value).every(elementRule.holds) : elementRule.holds(value)),
  },
  of: textRule,
  except: textRule,
  check: oneOf(Object.keys(checkNames)),
  help: textRule,
  elementHelp: textRule,
};

const argumentRules: Rules = { ...elementsRules, differentiable: flagRule };

const numberRule: OptionRule = { must: "a number", holds: (value) => typeof value === "number", error: DTypeError };

/** What it must be is said by the rules of the option itself. */
const anyRule: OptionRule = { must: "given", holds: (value) => value !== undefined, error: DTypeError };
const required = { ...anyRule, required: true };

/** What stands in the declaration of an option of each kind, beside its kind and help. */
const kindRules: { readonly [K in Kind]: Rules } = {
  number: { must: oneOf(Object.keys(bounds)), default: anyRule },
  int: { default: anyRule },
  count: { default: anyRule },
  flag: { default: required },
  choice: {
    choices: {
      must: "a list of different texts and numbers, one at least",
      holds: (value) =>
        Array.isArray(value) &&
        value.length > 0 &&
        new Set(value).size === value.length &&
        Array.from(value).every((choice) => typeof choice === "string" || Number.isFinite(choice)),
      error: OutOfRangeError,
      required: true,
    },
    default: required,
  },
  axes: { shape: shapeRule, default: required, whenNull: oneOf(["all", "none"]) },
  axis: { of: { ...textRule, required: true }, default: required },
  tensor: { shape: shapeRule, must: oneOf(Object.keys(bounds)), default: numberRule },
  array: elementsRules,
  mask: { shape: shapeRule },
};

const kindRule: OptionRule = { ...oneOf(Object.keys(kindRules)), required: true };

/** The record, all of whose properties are in the table and as it says. */
function readRecord(path: string, given: unknown, rules: Rules): Readonly<Record<string, unknown>> {
  requireRule(caller, path, lossRecord, given);
  const record = given as Readonly<Record<string, unknown>>;
  const names = Object.keys(rules);
  const unknown = Object.keys(record).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new OutOfRangeError(unknownName(caller, `the properties of ${path}`, unknown, names));
  }
  for (const [name, rule] of Object.entries(rules)) {
    if (record[name] !== undefined || rule.required === true)
      requireRule(caller, `${path}.${name}`, rule, record[name]);
  }
  return record;
}

function requireArguments({ name, arguments: declared }: LossDeclaration): void {
  const path = `${name}.arguments`;
  for (const [argument, value] of Object.entries(declared)) {
    const own = `${path}.${argument}`;
    requireRule(caller, `a name in ${path}`, nameRule, argument);
    if (typeof value === "string") requireRule(caller, own, shapeRule, value);
    else {
      readRecord(own, value, argumentRules);
      requireElements(own, value);
    }
    const { elements, shape } = fullForm(value);
    if (elements === "count" && shape !== "[]") {
      throw new OutOfRangeError(
        `${caller}: ${own}.shape must be "[]" for a count, which is no array, got ${print(shape)}.`,
      );
    }
  }
  if (Object.values(declared).some((value) => fullForm(value).elements !== "count")) return;
  throw new OutOfRangeError(`${caller}: ${path} must have an array, got ${describe(declared)}.`);
}

function fullForm(value: ArgumentDeclaration): Exclude<ArgumentDeclaration, string> {
  return typeof value === "string" ? { shape: value } : value;
}

/** Throws unless a list of elements has one kind for each shape, and none of them is that of what is no array. */
function requireElements(path: string, { shape, elements }: Exclude<ArgumentDeclaration, string>): void {
  if (elements === undefined || typeof elements === "string") return;
  const count = rolesOf(shape).length;
  if (elements.length === count && !elements.includes("count")) return;
  throw new OutOfRangeError(
    `${caller}: ${path}.elements must be one kind for each of the ${count} shapes, and no count, got ${print(elements)}.`,
  );
}

/** The axes that are known when a loss is called. */
interface Axes {
  /** Those of any form of any argument, and counts. */
  readonly any: ReadonlySet<string>;
  /** Those that an argument has in all of its forms, and counts; `..` among them. */
  readonly always: ReadonlySet<string>;
  /** Those that are last. */
  readonly last: ReadonlySet<string>;
}

function axesOf({ arguments: declared, options }: LossDeclaration): Axes {
  const forms = Object.values(declared).map((value) => rolesOf(fullForm(value).shape).map(namesIn));
  const counts = Object.entries(declared).flatMap(([name, value]) =>
    fullForm(value).elements === "count" ? [name] : [],
  );
  // Of options that are arrays some may not be given. They are looked at before they have been checked.
  const others = Object.values(options as Readonly<Record<string, unknown>>).flatMap((option) =>
    isRecord(option) && option["kind"] === "array" && typeof option["shape"] === "string"
      ? rolesOf(option["shape"])
      : [],
  );
  return {
    any: new Set([...forms.flat(2), ...others.flatMap(namesIn), ...counts]),
    always: new Set([
      ...forms.flatMap(([first, ...rest]) => first!.filter((name) => rest.every((form) => form.includes(name)))),
      ...counts,
    ]),
    last: new Set(forms.flat().flatMap((names) => names.slice(-1))),
  };
}

function namesIn({ leading, axes }: Role): readonly string[] {
  return [...(leading ? [".."] : []), ...axes];
}

/** Throws unless `of` and `except` name something. */
function requireReferences(
  path: string,
  { elements, of, except }: Exclude<ArgumentDeclaration, string>,
  { options }: LossDeclaration,
  { any }: Axes,
): void {
  const axes = [...any].filter((name) => name !== ".." && !isFixed(name));
  if (of !== undefined && !axes.includes(of)) throw new OutOfRangeError(unknownName(caller, `${path}.of`, of, axes));
  if ([elements].flat().includes("length") && !axes.includes(of ?? "classes")) {
    throw new OutOfRangeError(`${caller}: ${path}.of must name the axis that the lengths are of, got ${print(of)}.`);
  }
  const integers = Object.keys(options).filter((name) => options[name]?.kind === "int");
  if (except !== undefined && !integers.includes(except)) {
    const what = `${path}.except, the name of an int option,`;
    throw new OutOfRangeError(unknownName(caller, what, except, integers));
  }
}

function requireOptions(declaration: LossDeclaration, axes: Axes): void {
  const { name: loss, arguments: declared, options } = declaration;
  for (const [name, option] of Object.entries(options) as [string, OptionDefinition][]) {
    const path = `${loss}.options.${name}`;
    requireRule(caller, `a name in ${loss}.options`, nameRule, name);
    if (Object.hasOwn(declared, name)) {
      throw new OutOfRangeError(`${caller}: ${path} must have a name of its own, got that of an argument.`);
    }
    requireRule(caller, path, lossRecord, option);
    requireRule(caller, `${path}.kind`, kindRule, option.kind);
    readRecord(path, option, { kind: kindRule, help: textRule, ...kindRules[option.kind] });
    requireKind(path, option, declaration, axes);
    if (!("default" in option) || option.default === undefined) continue;
    for (const rule of rulesOf(option)) requireRule(caller, `${path}.default`, rule, option.default);
  }
  const several = Object.keys(options).filter((name) => options[name]!.kind === "axis");
  if (several.length > 1) {
    throw new OutOfRangeError(`${caller}: ${loss}.options must have one axis at most, got ${several.join(" and ")}.`);
  }
}

/** Throws unless the option fits what else is declared. */
function requireKind(path: string, option: OptionDefinition, declaration: LossDeclaration, axes: Axes): void {
  if (option.kind === "array") {
    requireElements(path, option);
    if (option.elements === "count") {
      throw new OutOfRangeError(`${caller}: ${path}.elements must be those of an array, got "count".`);
    }
    requireReferences(path, option, declaration, axes);
  } else if (option.kind === "axis") {
    const last = [...axes.last].filter((name) => name !== ".." && !isFixed(name));
    if (!last.includes(option.of)) {
      const what = `${path}.of, the last axis of an argument,`;
      throw new OutOfRangeError(unknownName(caller, what, option.of, last));
    }
  } else if ("shape" in option) {
    for (const role of rolesOf(option.shape)) requireKnown(`${path}.shape`, option.shape, namesIn(role), axes);
  }
}

function requireResults({ name: loss, options, results }: LossDeclaration, axes: Axes): void {
  const path = `${loss}.results`;
  const counts = Object.keys(options).filter((name) => options[name]!.kind === "count");
  const known = { ...axes, always: new Set([...axes.always, ...counts]) };
  const reduces = Object.values(options).some(({ kind }) => kind === "axes");
  if (Object.keys(results).length === 0) {
    throw new OutOfRangeError(
      `${caller}: ${path} must have a result, got none. A single one is usually { loss: "[..]" }.`,
    );
  }
  for (const [name, shape] of Object.entries(results)) {
    requireRule(caller, `a name in ${path}`, nameRule, name);
    requireRule(caller, `${path}.${name}`, resultRule, shape);
    for (const { leading, axes: own, reduced } of resultForms(shape)) {
      const names = own!.map(([one]) => one);
      requireKnown(`${path}.${name}`, shape, leading ? ["..", ...names] : names, known);
      if (reduced && !reduces) {
        throw new OutOfRangeError(
          `${caller}: ${path}.${name} must be without axes only if an option is axes, got none.`,
        );
      }
    }
  }
}

/** Throws unless arguments have these axes, in whatever form they are. */
function requireKnown(path: string, shape: string, names: readonly string[], { always }: Axes): void {
  const unknown = names.find((name) => !isFixed(name) && !always.has(name));
  if (unknown === undefined) return;
  const known = [...always].filter((name) => !isFixed(name));
  const near = nearestName(unknown, known);
  throw new OutOfRangeError(
    `${caller}: ${path} must have axes that arguments always have (${known.join(", ") || "there are none"}), got ${print(unknown)} in ${print(shape)}.` +
      (near === undefined ? "" : ` Did you mean ${near}?`),
  );
}

function isFixed(axisName: string): boolean {
  return /^\d+$/.test(axisName);
}

/** Records and lists anew; whatever else a declaration has does not change. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, copyOf(item)]));
}

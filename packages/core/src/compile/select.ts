/** Which engine works here, or is the fastest for a workload? The outcome of every candidate is reported. */
import { bindArguments, requireArguments, traceArguments } from "./arguments.ts";
import { checkValues } from "./plan.ts";
import { compile } from "./compile.ts";
import type { Engine, EngineFactory } from "../engine/contract.ts";
import { erase } from "../graph/erase.ts";
import { DTypeError, EngineUnavailableError, OutOfRangeError } from "../array/errors.ts";
import { collectChecks } from "./host-check.ts";
import { describe } from "../array/describe.ts";
import {
  type OptionRule,
  type OptionTable,
  checkOptions,
  flagRule,
  functionRule,
  isRecord,
  refuseSurplus,
  requireRule,
  swallow,
} from "../array/options.ts";
import { engineRule, isEngine } from "../engine/options.ts";
import { staticRule } from "./static.ts";
import { verify } from "../graph/verify.ts";
import { nearestName } from "../array/unknown-name.ts";

/** Every environment has this clock, but none of the type libraries that core may use declares it. */
declare const performance: { now(): number };

/** How an engine is chosen; names are those of the record of factories. */
export interface SelectOptions<Name extends string = string> {
  /** The engine to try first. */
  readonly prefer?: Name;
  /** The only engine to try; an error if it does not work. */
  readonly require?: Name;
  /** Whether an engine whose device emulates hardware in software may be selected; default false. */
  readonly allowSoftware?: boolean;
  /** Select the engine that runs this workload fastest, after warm-up; the others are disposed. */
  readonly fastest?: Workload;
}

/** A function, and the arguments to run it with. */
interface Workload {
  readonly fn: (...args: never[]) => unknown;
  readonly args: readonly unknown[];
  /** The positions of arguments that are no arrays, as those of `compile`. */
  readonly static?: readonly number[];
}

/** The outcome of a candidate. */
export interface Candidate {
  /** Its name in the record. */
  readonly name: string;
  readonly device?: string;
  readonly available: boolean;
  /** Why it is not available, or was not selected. */
  readonly reason?: string;
  /** The median time of a run, if `fastest` was given. */
  readonly milliseconds?: number;
}

/** The selected engine, and the outcome of each candidate that was tried. */
export interface Selection<Name extends string = string> {
  /** Its name in the record, which may be another than `engine.name`. */
  readonly name: Name;
  readonly engine: Engine;
  readonly considered: readonly Candidate[];
}

/**
 * Selects the first engine that works here, in the order of the record, or as the options say.
 * Throws `EngineUnavailableError`, with every reason, if none works; `OutOfRangeError` if a name is not in the record or an option
 * is unknown; and `DTypeError` if a factory is not a function. Errors in the function or the arguments of `fastest` are thrown
 * before any engine is made.
 * @example const { engine, considered } = await selectEngine({ wasm, cpu });
 */
export async function selectEngine<Name extends string>(
  factories: Readonly<Record<Name, EngineFactory>>,
  // Names are inferred from the record alone: a name that is no key would otherwise turn the keys into the mistake.
  options: SelectOptions<NoInfer<Name>> = {},
): Promise<Selection<Name>> {
  refuseSurplus("selectEngine", arguments, ["factories", "options"]);
  checkFactories(factories);
  checkSelection(Object.keys(factories), options);
  // Read once: the records may change while engines are being made.
  return select({ ...factories }, { ...options });
}

async function select<Name extends string>(
  factories: Readonly<Record<Name, EngineFactory>>,
  options: SelectOptions<Name>,
): Promise<Selection<Name>> {
  if (options.fastest !== undefined) checkWorkload(options.fastest);
  const names = orderOf(factories, options);
  const considered: Candidate[] = [];
  const timed: { name: Name; engine: Engine; milliseconds: number }[] = [];
  for (const name of names) {
    const engine = await attempt(name, factories[name], options, considered);
    if (engine === undefined) continue;
    if (options.fastest === undefined) {
      considered.push({ name, device: engine.device, available: true });
      return { name, engine, considered };
    }
    try {
      const milliseconds = await timeWorkload(engine, options.fastest);
      timed.push({ name, engine, milliseconds });
      considered.push({ name, device: engine.device, available: true, milliseconds });
    } catch (error) {
      considered.push({ name, device: engine.device, available: false, reason: reasonOf(name, error) });
      await engine.dispose();
    }
  }
  const [best, ...others] = timed.toSorted((left, right) => left.milliseconds - right.milliseconds);
  for (const { engine } of others) await engine.dispose();
  if (best !== undefined) return { name: best.name, engine: best.engine, considered };
  const reasons = considered.map(({ name, reason }) => `${name}: ${reason}`).join("; ");
  throw new EngineUnavailableError(`selectEngine: none of ${names.join(", ")} works here. ${reasons}`);
}

const factoryRule: OptionRule = {
  ...functionRule,
  must: "a function that makes an engine",
  help: (value) =>
    value instanceof Promise || isEngine(value) ? "Give the function itself, without calling it: { cpu }." : "",
};

function checkFactories(factories: unknown): void {
  if (!isRecord(factories)) {
    throw new DTypeError(`selectEngine: factories must be a record of functions, got ${describe(factories)}.`);
  }
  const entries = Object.entries(factories);
  if (entries.length === 0) {
    throw new OutOfRangeError(`selectEngine: factories must name at least one engine, got ${describe(factories)}.`);
  }
  for (const [, factory] of entries) swallow(factory);
  for (const [name, factory] of entries) requireRule("selectEngine", `factory ${name}`, factoryRule, factory);
}

function checkSelection(names: readonly string[], options: SelectOptions): void {
  const nameRule: OptionRule = {
    must: `one of ${names.join(", ")}`,
    holds: (value) => names.includes(value as string),
    error: OutOfRangeError,
    help: (value) => {
      const near = typeof value === "string" ? nearestName(value, names) : undefined;
      return near === undefined ? "" : `Did you mean ${near}?`;
    },
  };
  const table: OptionTable<SelectOptions> = {
    prefer: nameRule,
    require: nameRule,
    allowSoftware: flagRule,
    fastest: { must: "a record of fn and args", holds: isRecord, error: DTypeError },
  };
  checkOptions("selectEngine", options, table);
}

const workload: OptionTable<Workload> = {
  fn: functionRule,
  args: { must: "a list of arguments", holds: Array.isArray, error: DTypeError, required: true },
  static: staticRule,
};

/** Throws errors that would occur on every engine: they are the caller's to fix. */
function checkWorkload(fastest: Workload): void {
  checkOptions("selectEngine", fastest, workload, "fastest");
  requireArguments("selectEngine", fastest.fn, fastest.args, "Arguments are listed in fastest.args.");
  const bound = bindArguments("selectEngine", undefined, fastest.args, fastest.static);
  const graph = traceArguments("selectEngine", fastest.fn, bound);
  checkValues(
    collectChecks(graph),
    bound.arguments,
    bound.arguments.map(({ value }) => value),
  );
  verify(erase(graph));
}

function orderOf<Name extends string>(
  factories: Readonly<Record<Name, EngineFactory>>,
  options: SelectOptions<Name>,
): Name[] {
  const names = Object.keys(factories) as Name[];
  if (options.require !== undefined) return [options.require];
  const { prefer } = options;
  return prefer === undefined ? names : [prefer, ...names.filter((name) => name !== prefer)];
}

async function attempt(
  name: string,
  factory: EngineFactory,
  options: SelectOptions,
  considered: Candidate[],
): Promise<Engine | undefined> {
  let engine: Engine;
  try {
    engine = await factory();
    requireRule("selectEngine", `the result of factory ${name}`, engineRule, engine);
  } catch (error) {
    considered.push({ name, available: false, reason: reasonOf(name, error) });
    return undefined;
  }
  if (!engine.software || options.allowSoftware === true) return engine;
  considered.push({
    name,
    device: engine.device,
    available: false,
    reason: `its device is a software renderer (${engine.device}); allowSoftware: true allows it`,
  });
  await engine.dispose();
  return undefined;
}

async function timeWorkload(engine: Engine, { fn, args, static: positions = [] }: Workload): Promise<number> {
  const compiled = compile(fn as (...args: unknown[]) => unknown, { engine, static: positions });
  try {
    for (let run = 0; run < 3; run++) await compiled(...(args as never[]));
    const times: number[] = [];
    for (let run = 0; run < 7; run++) {
      const start = performance.now();
      await compiled(...(args as never[]));
      times.push(performance.now() - start);
    }
    return times.toSorted((left, right) => left - right)[3]!;
  } finally {
    await compiled.dispose();
  }
}

/** Why, for a reader who knows of which candidate, and by whom it was tried. */
function reasonOf(name: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const prefix = [`${name}: `, "selectEngine: "].find((start) => message.startsWith(start)) ?? "";
  return message.slice(prefix.length);
}

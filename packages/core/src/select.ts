/** Which engine works here, or is the fastest for a workload? Every candidate's fate is told. */
import { compile } from "./compile.ts";
import type { Engine, EngineFactory } from "./engine.ts";
import { EngineUnavailableError, OutOfRangeError } from "./errors.ts";

/** Every environment has this clock; no library of types that core may use declares it. */
declare const performance: { now(): number };

/** How an engine is chosen. */
export interface SelectOptions<Name extends string = string> {
  /** Tried first. */
  readonly prefer?: Name;
  /** Taken, or an error; nothing else is tried. */
  readonly require?: Name;
  /** Whether an engine whose device only pretends to be hardware may be taken; default false. */
  readonly allowSoftware?: boolean;
  /** Take the engine that runs this workload the fastest, after warm-up; the others are disposed. */
  readonly fastest?: { readonly fn: (...args: never[]) => unknown; readonly args: readonly unknown[] };
}

/** What became of a candidate. */
export interface Candidate {
  readonly name: string;
  readonly device?: string;
  readonly available: boolean;
  /** Why it is not available, or was passed over. */
  readonly reason?: string;
  /** The median time of a run, where `fastest` was asked. */
  readonly milliseconds?: number;
}

/** The engine, and what became of each candidate that was tried. */
export interface Selection {
  readonly engine: Engine;
  readonly considered: readonly Candidate[];
}

/**
 * The first engine of the record that works here, in the record's order; or what the options ask.
 * Throws `EngineUnavailableError`, with every reason, where none does, and `OutOfRangeError` for a name that is not in the record.
 * @example const { engine, considered } = await selectEngine({ wasm, gpu, cpu });
 */
export async function selectEngine<Name extends string>(
  factories: Readonly<Record<Name, EngineFactory>>,
  options: SelectOptions<Name> = {},
): Promise<Selection> {
  const names = orderOf(factories, options);
  const considered: Candidate[] = [];
  const timed: { engine: Engine; milliseconds: number }[] = [];
  for (const name of names) {
    const engine = await attempt(name, factories[name], options, considered);
    if (engine === undefined) continue;
    if (options.fastest === undefined) {
      considered.push({ name, device: engine.device, available: true });
      return { engine, considered };
    }
    try {
      const milliseconds = await timeWorkload(engine, options.fastest);
      timed.push({ engine, milliseconds });
      considered.push({ name, device: engine.device, available: true, milliseconds });
    } catch (error) {
      considered.push({ name, device: engine.device, available: false, reason: messageOf(error) });
      await engine.dispose();
    }
  }
  const [best, ...others] = timed.toSorted((left, right) => left.milliseconds - right.milliseconds);
  for (const { engine } of others) await engine.dispose();
  if (best !== undefined) return { engine: best.engine, considered };
  const reasons = considered.map(({ name, reason }) => `${name}: ${reason}`).join("; ");
  throw new EngineUnavailableError(`selectEngine: one of ${names.join(", ")} must work here, got none. ${reasons}`);
}

function orderOf<Name extends string>(
  factories: Readonly<Record<Name, EngineFactory>>,
  options: SelectOptions<Name>,
): Name[] {
  const names = Object.keys(factories) as Name[];
  for (const option of ["prefer", "require"] as const) {
    const name = options[option];
    if (name !== undefined && !names.includes(name)) {
      throw new OutOfRangeError(
        `selectEngine: ${option} must be one of ${names.join(", ")}, got ${JSON.stringify(name)}.`,
      );
    }
  }
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
  } catch (error) {
    considered.push({ name, available: false, reason: messageOf(error) });
    return undefined;
  }
  if (!engine.software || options.allowSoftware === true) return engine;
  considered.push({
    name,
    device: engine.device,
    available: false,
    reason: `its device is a software renderer (${engine.device}); allowSoftware: true takes it`,
  });
  await engine.dispose();
  return undefined;
}

async function timeWorkload(engine: Engine, { fn, args }: NonNullable<SelectOptions["fastest"]>): Promise<number> {
  const compiled = compile(fn as (...args: unknown[]) => unknown, { engine });
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

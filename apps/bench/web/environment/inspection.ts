/** Which engines work here, and which of them does `selectEngine` take? Runs in the worker. */
import { type Candidate, type SelectOptions, selectEngine } from "@symloss/core";
import { huber } from "@symloss/losses";
import { type EngineName, engineNames } from "../engines.ts";
import { factories, selectable } from "../open-engine.ts";

/** What became of an engine that was tried. */
export type EngineOutcome =
  | {
      readonly name: EngineName;
      readonly available: true;
      readonly device: string;
      /** Whether its device emulates hardware. */
      readonly software: boolean;
      /** To load it, start it, and run its self-test. */
      readonly milliseconds: number;
    }
  | { readonly name: EngineName; readonly available: false; readonly reason: string };

/** A question to `selectEngine`, and its answer. */
export interface SelectionOutcome {
  /** The call, as it is written in code. */
  readonly call: string;
  readonly selected: string;
  readonly considered: readonly Candidate[];
}

/** What is told as it becomes known. */
export type Finding =
  | { readonly kind: "engine"; readonly outcome: EngineOutcome }
  | { readonly kind: "selection"; readonly outcome: SelectionOutcome };

/** Takes what becomes known. */
export type InspectionReport = (finding: Finding) => unknown;

const elements = 100_000;

/** Tries every engine, then asks `selectEngine`; reports each outcome. */
export async function inspect(report: InspectionReport): Promise<void> {
  for (const name of engineNames) await report({ kind: "engine", outcome: await tryEngine(name) });
  const names = Object.keys(selectable).join(", ");
  await report({ kind: "selection", outcome: await select(`selectEngine({ ${names} })`, {}) });
  const targets = Float32Array.from({ length: elements }, (_, index) => Math.sin(index));
  const predictions = Float32Array.from(targets, (target, index) => target + 2 * Math.cos(3 * index));
  const fastest = { fn: huber as (...args: never[]) => unknown, args: [targets, predictions] };
  const call = `selectEngine({ ${names} }, { fastest: { fn: huber, args: [targets, predictions] } })`;
  await report({ kind: "selection", outcome: await select(call, { fastest }) });
}

async function tryEngine(name: EngineName): Promise<EngineOutcome> {
  const start = performance.now();
  try {
    const engine = await factories[name]();
    const milliseconds = performance.now() - start;
    const { device, software } = engine;
    await engine.dispose();
    return { name, available: true, device, software, milliseconds };
  } catch (error) {
    return { name, available: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

async function select(call: string, options: SelectOptions): Promise<SelectionOutcome> {
  const { engine, considered } = await selectEngine(selectable, options);
  await engine.dispose();
  return { call, selected: engine.name, considered };
}

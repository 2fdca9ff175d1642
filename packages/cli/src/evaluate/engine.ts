/** Which engine computes rows? wasm, unless another one is asked for. */
import type { Engine, EngineFactory } from "@symloss/core";
import { Failure } from "../failure.ts";
import { readChoice } from "../values.ts";

/** Engines on which rows have the same bits beside any rows. */
const names = ["wasm", "cpu"] as const;

/** The name of the engine that is asked for. Throws `Failure` if it can't evaluate. */
export function readEngine(text: string | undefined): string | undefined {
  return text === undefined ? undefined : readChoice("engine", text, names);
}

/** The engine. Throws `Failure` if it is not installed. */
export async function makeEngine(name = "wasm"): Promise<Engine> {
  const packageName = `@symloss/engine-${name}`;
  let exports: Readonly<Record<string, EngineFactory>>;
  try {
    exports = (await import(packageName)) as Readonly<Record<string, EngineFactory>>;
  } catch (cause) {
    throw new Failure(`The engine ${name} must be installed (npm install ${packageName}), got none.`, { cause });
  }
  return exports[name]!();
}

/** How does a page get the interpreter without what generates programs? The second entry point of the package. */
import { type Engine, checkOptions } from "@symloss/core/engine";
import { interpreting, openEngine } from "./mode.ts";

/**
 * The engine of `cpu({ mode: "interpreter" })` alone: each operation by itself, as it is defined. For pages where every byte counts, and
 * those that forbid both generated JavaScript and WebAssembly. It has no options.
 * Throws `OutOfRangeError` or `DTypeError` if it is given any, and `EngineUnavailableError` if the self-test fails.
 * @example const { data } = await evaluate(sum([1, 2, 3]), { engine: await interpreter() });
 */
export async function interpreter(options: Readonly<Record<string, never>> = {}): Promise<Engine> {
  checkOptions("interpreter", options, {});
  return openEngine(interpreting);
}

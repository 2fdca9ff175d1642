/** What of WebAssembly does this environment have, and may modules be compiled at run time? */
import { type Expression, f32x4, floats, v128 } from "./assembler/expression.ts";
import { FunctionWriter } from "./assembler/function.ts";
import { importModule, memoryName, writeModule } from "./assembler/module.ts";
import { type WasmMemory, findWebAssembly, webAssembly } from "./assembler/host.ts";

/** Why the engine can't run here; undefined if it can. */
export function whyUnavailable(): string | undefined {
  const host = findWebAssembly();
  if (host === undefined) return "this environment has no WebAssembly";
  const probe = moduleThatReturns(v128.any_true(f32x4.add(floats(1), floats(2))));
  if (!host.validate(probe)) return "the WebAssembly of this environment has no SIMD";
  try {
    void new host.Module(probe);
  } catch (error) {
    return `this environment forbids compiling WebAssembly at run time (${messageOf(error)}); a content security policy allows it by 'wasm-unsafe-eval'`;
  }
  return undefined;
}

/** Why a product can't be added with a single rounding here; undefined if it can. The memory is any, for a module to import. */
export function whyNotFused(memory: WasmMemory): string | undefined {
  const { validate, Module, Instance } = webAssembly();
  const probe = moduleThatReturns(v128.any_true(roundedOnce));
  if (!validate(probe)) return "the WebAssembly of this environment has no relaxed SIMD";
  const { exports } = new Instance(new Module(probe), { [importModule]: { [memoryName]: memory } });
  return exports[probeName]!() === 1 ? undefined : "the processor rounds the product of a relaxed multiply-add";
}

// The square of 1 + 2^-12 is 1 + 2^-11 + 2^-24, of which rounding to float32 takes away the last term.
const factor = floats(1 + 2 ** -12);

/** 2^-24 if the product is not rounded, else 0. */
const roundedOnce = f32x4.relaxed_madd(factor, factor, floats(-(1 + 2 ** -11)));

const probeName = "probe";

function moduleThatReturns(value: Expression<"i32">): Uint8Array<ArrayBuffer> {
  const writer = new FunctionWriter({ parameters: [], result: "i32" });
  writer.result(value);
  return writeModule([], [{ name: probeName, writer }]);
}

/** A message for use inside another, without its full stop. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
}

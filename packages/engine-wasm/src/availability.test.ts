import { spawnSync } from "node:child_process";
import { createContext, runInContext } from "node:vm";
import { afterEach, describe, expect, test, vi } from "vitest";
import { whyNotFused, whyUnavailable } from "./availability.ts";
import { type WebAssemblyHost, webAssembly } from "./assembler/host.ts";

afterEach(() => void vi.unstubAllGlobals());

/** Replaces members of WebAssembly. */
function stub(members: Partial<WebAssemblyHost>): void {
  const { Memory, Module, Instance, validate } = webAssembly();
  vi.stubGlobal("WebAssembly", { Memory, Module, Instance, validate, ...members });
}

/** What is compiled or validated in order to answer. */
function probeOf(ask: () => unknown): Uint8Array {
  const { validate } = webAssembly();
  const probes: Uint8Array[] = [];
  stub({ validate: (bytes) => (probes.push(bytes), validate(bytes)) });
  ask();
  vi.unstubAllGlobals();
  expect(probes).toHaveLength(1);
  return probes[0]!;
}

/** What a program prints in Node with these flags, given the bytes of a module as `bytes`. */
function printed(flags: readonly string[], bytes: Uint8Array, program: string): string {
  const text = `const bytes = new Uint8Array([${bytes.join()}]); ${program}`;
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, "-e", text], { encoding: "utf8" });
  return stdout.trim() || stderr;
}

const memory = new (webAssembly().Memory)({ initial: 1, maximum: 1 });

describe("the engine", () => {
  test("can run here", () => expect(whyUnavailable()).toBe(undefined));

  test("cannot without WebAssembly", () => {
    vi.stubGlobal("WebAssembly", undefined);
    expect(whyUnavailable()).toBe("this environment has no WebAssembly");
  });

  test("cannot without SIMD", () => {
    stub({ validate: () => false });
    expect(whyUnavailable()).toBe("the WebAssembly of this environment has no SIMD");
  });

  test.runIf(process.arch === "x64")("asks for what a processor without SIMD does not have", () => {
    const probe = probeOf(whyUnavailable);
    const program = "console.log(WebAssembly.validate(bytes))";
    expect(printed([], probe, program)).toBe("true");
    expect(printed(["--no-enable-sse4-1"], probe, program)).toBe("false");
  });

  test("cannot where modules may not be compiled at run time", () => {
    const strict = createContext({}, { codeGeneration: { strings: false, wasm: false } });
    vi.stubGlobal("WebAssembly", runInContext("WebAssembly", strict));
    expect(whyUnavailable()).toMatch(
      /^this environment forbids compiling WebAssembly at run time \(.*disallowed by embedder\); a content security policy allows it by 'wasm-unsafe-eval'$/,
    );
  });

  test("can where only code from strings is forbidden", () => {
    const strict = createContext({}, { codeGeneration: { strings: false, wasm: true } });
    vi.stubGlobal("WebAssembly", runInContext("WebAssembly", strict));
    expect(whyUnavailable()).toBe(undefined);
  });
});

describe("a product and a sum", () => {
  const missing = "the WebAssembly of this environment has no relaxed SIMD";

  test("cannot be rounded once without relaxed SIMD", () => {
    stub({ validate: () => false });
    expect(whyNotFused(memory)).toBe(missing);
  });

  test("cannot be rounded once if the processor rounds the product", () => {
    class Unfused {
      readonly exports = { probe: () => 0 };
    }
    stub({ validate: () => true, Module: class {}, Instance: Unfused });
    expect(whyNotFused(memory)).toBe("the processor rounds the product of a relaxed multiply-add");
  });

  const [major] = process.versions.node.split(".").map(Number);

  test("can be rounded once exactly where the runtime has relaxed SIMD, on the processors of today", () => {
    const isPresent = webAssembly().validate(Uint8Array.from(probeOf(() => whyNotFused(memory))));
    expect(whyNotFused(memory)).toBe(isPresent ? undefined : missing);
    expect(isPresent).toBe(major! >= 22);
  });

  test.runIf(process.arch === "x64")("are rounded twice by a processor that cannot do better", () => {
    const probe = probeOf(() => whyNotFused(memory));
    const flags = major! < 22 ? ["--experimental-wasm-relaxed-simd"] : [];
    const program =
      "const memory = new WebAssembly.Memory({ initial: 1 });" +
      "console.log(new WebAssembly.Instance(new WebAssembly.Module(bytes), { e: { memory } }).exports.probe())";
    expect(printed(flags, probe, program)).toBe("1");
    expect(printed([...flags, "--no-enable-fma3"], probe, program)).toBe("0");
  });
});

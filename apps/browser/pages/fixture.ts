/** Which behaviours of a page do the tests of `runInBrowser` need? */
import type { Report } from "../src/messages.ts";

const behaviours: Readonly<Record<string, (...values: never[]) => unknown>> = {
  addIn: (x: number, y: number) => ({ sum: x + y, scope: typeof document === "undefined" ? "worker" : "page" }),
  specialValues: () => [NaN, -Infinity, -0, Float32Array.of(1, 2)],
  isIsolated: () => crossOriginIsolated,
  // Whether the page's policy allows this is what is tested.
  // oxlint-disable-next-line no-eval
  evaluate: (code: string): unknown => globalThis.eval(code),
  renderer: () => {
    const context = new OffscreenCanvas(1, 1).getContext("webgl2");
    const info = context?.getExtension("WEBGL_debug_renderer_info");
    return context && info ? String(context.getParameter(info.UNMASKED_RENDERER_WEBGL)) : "none";
  },
  fetchStatus: async (url: string) => (await fetch(url)).status,
  // Another name for the page's own server.
  fetchFromLocalhost: async () => (await fetch(`http://localhost:${location.port}/`, { mode: "no-cors" })).type,
  // Rejects a response of a type other than application/wasm.
  compileWasm: async (url: string) => {
    const module = await WebAssembly.compileStreaming(fetch(url));
    return WebAssembly.Module.exports(module);
  },
  fail: (message: string) => {
    throw new RangeError(message, { cause: new Error("the cause") });
  },
  failAfterConsoleError: (message: string) => {
    console.error("written before", 1);
    throw new Error(message);
  },
  leaveErrorUncaught: (message: string) => {
    setTimeout(() => {
      throw new Error(message);
    });
    return never();
  },
  leaveRejectionUncaught: (message: string) => {
    void Promise.reject(new Error(message));
    return never();
  },
  wait: () => never(),
  hang: () => {
    for (;;);
  },
  reportThenHang: (count: number, report: Report) => {
    for (let value = 0; value < count; value++) report(value);
    return never();
  },
  reportThenReturn: (count: number, report: Report) => {
    for (let value = 0; value < count; value++) report(value);
  },
};

export default function (behaviour: string, ...values: never[]): unknown {
  return behaviours[behaviour]!(...values);
}

function never(): Promise<never> {
  return new Promise(() => {});
}

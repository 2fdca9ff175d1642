import { conformanceCases } from "@symloss/conformance";
import { wasm } from "@symloss/engine-wasm";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { namesByGroup, testInBrowser } from "./cases.ts";
import { launch } from "./launch.ts";
import { type PageOptions, runInBrowser } from "./page.ts";
import { runsIn } from "./parts.ts";
import { suiteOfPages, suiteTimeout } from "./suite.ts";

const cases = conformanceCases(await wasm(), { createEngine: wasm, ...suiteOfPages });
const names = namesByGroup(cases.filter((one) => runsIn("wasm", one)));

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const policyWith = (scripts: string): { readonly contentSecurityPolicy: string } => ({
  contentSecurityPolicy: `default-src 'self'; script-src 'self' ${scripts}; img-src data:; object-src 'none'`,
});
const wasmAllowed = policyWith("'wasm-unsafe-eval'");
const allForbidden = policyWith("");

// A policy can only forbid: what works under it works without it.
describe("engine-wasm in a browser, under a content security policy that forbids eval", () => {
  testInBrowser(names, {
    entry: new URL("../pages/wasm.ts", import.meta.url),
    arguments: [Object.values(names).flat()],
    headers: wasmAllowed,
    timeout: suiteTimeout,
    browser: () => browser,
  });
});

/** What the page returns of a loss; `select` is whether it takes the first engine that works. */
function computeLoss(select: boolean, options: Partial<PageOptions>): Promise<unknown> {
  const entry = new URL("../pages/wasm-loss.ts", import.meta.url);
  return runInBrowser({ browser, entry, arguments: [select], ...options });
}

describe("a loss and its gradient are computed", () => {
  const close = (value: number): number => expect.closeTo(value, 4) as number;
  const wanted = { loss: close(0.8606), gradient: [-0.0781, 0.0571, 0.021, 0.106, 0.2881, -0.394].map(close) };

  test.each<[string, Partial<PageOptions>, object]>([
    ["in a page", {}, { mayEvaluate: true, scope: "page" }],
    ["in a page without eval", { headers: wasmAllowed }, { mayEvaluate: false, scope: "page" }],
    ["in a worker", { worker: true }, { mayEvaluate: true, scope: "worker" }],
    ["in a worker without eval", { worker: true, headers: wasmAllowed }, { mayEvaluate: false, scope: "worker" }],
  ])("%s", async (_, options, where) => {
    expect(await computeLoss(false, options)).toEqual({ ...wanted, ...where, engine: "wasm" });
  });

  test.each([false, true])("on engine-cpu where WebAssembly is forbidden too, in a worker: %j", async (worker) => {
    const outcome = await computeLoss(true, { worker, headers: allForbidden });
    expect(outcome).toEqual({ ...wanted, mayEvaluate: false, scope: worker ? "worker" : "page", engine: "cpu" });
  });
});

test("engine-wasm is unavailable where WebAssembly is forbidden, with the reason and the way out", async () => {
  await expect(computeLoss(false, { headers: allForbidden })).rejects.toThrow(
    /EngineUnavailableError: wasm: this environment forbids compiling WebAssembly at run time \(.*Content Security Policy.*\); a content security policy allows it by 'wasm-unsafe-eval'\./,
  );
});

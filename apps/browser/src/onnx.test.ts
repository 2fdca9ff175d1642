import { fileURLToPath } from "node:url";
import { conformanceCases } from "@symloss/conformance";
import { onnx } from "@symloss/engine-onnx";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { namesByGroup, testInBrowser } from "./cases.ts";
import { launch } from "./launch.ts";
import { type PageOptions, runInBrowser } from "./page.ts";
import { dependsOnThreads, runsIn } from "./parts.ts";
import type { HeaderOptions } from "./serve.ts";
import { suiteOfPages, suiteTimeout } from "./suite.ts";

/** How the page creates its engine; `initTimeout` is how long the runtime may take to start, in milliseconds. */
interface Settings {
  readonly numThreads?: number;
  readonly wasmPaths?: string;
  readonly initTimeout?: number;
}

const entry = new URL("../pages/onnx.ts", import.meta.url);
const cases = conformanceCases(await onnx(), { createEngine: onnx, ...suiteOfPages }).filter((one) =>
  runsIn("onnx", one),
);

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

/** What the page returns. */
function run(settings: Settings, headers: HeaderOptions, options: Partial<PageOptions> = {}): Promise<unknown> {
  return runInBrowser({ browser, entry, arguments: [settings, []], headers, ...options });
}

const isolated: HeaderOptions = { crossOriginIsolated: true };
const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src data:; object-src 'none'";

// A policy can only forbid: what works under it works without it.
describe.each<[string, Settings, HeaderOptions, typeof cases]>([
  ["engine-onnx in a browser, under a content security policy", {}, { contentSecurityPolicy: policy }, cases],
  ["engine-onnx on two threads, isolated", { numThreads: 2 }, isolated, cases.filter(dependsOnThreads)],
])("%s", (_, settings, headers, some) => {
  const names = namesByGroup(some);
  const options = { entry, arguments: [settings, Object.values(names).flat()], headers, timeout: suiteTimeout };
  testInBrowser(names, { ...options, browser: () => browser });
});

const runtime = { "/runtime/": fileURLToPath(new URL("./", import.meta.resolve("onnxruntime-web/wasm"))) };

describe("engine-onnx in a browser says on what it runs", () => {
  test.each<[Settings, HeaderOptions, string]>([
    [{}, {}, "wasm x1, not isolated"],
    [{}, isolated, "wasm x1, isolated"],
    [{ numThreads: 2 }, isolated, "wasm x2, isolated"],
    [{ wasmPaths: "/runtime/" }, {}, "wasm x1, not isolated"],
  ])(
    "%j, %j",
    async (settings, headers, device) => {
      expect(await run(settings, headers, { folders: runtime })).toBe(device);
    },
    120_000,
  );
});

describe("engine-onnx in a browser is unavailable, with the reason", () => {
  test.each<[string, Settings, HeaderOptions, RegExp]>([
    [
      "where WebAssembly is forbidden",
      {},
      { contentSecurityPolicy: "default-src 'self'" },
      /Content Security Policy|CSP/,
    ],
    // Otherwise it would silently use one.
    ["with threads in a page that is not isolated", { numThreads: 2 }, {}, /cross-origin isolated/],
    [
      "with threads where workers are forbidden, instead of waiting without end",
      { numThreads: 2, initTimeout: 5_000 },
      { ...isolated, contentSecurityPolicy: `${policy}; worker-src 'none'` },
      /did not start/,
    ],
    ["where the files of the runtime are not", { wasmPaths: "/nowhere/" }, {}, /did not start/],
  ])(
    "%s",
    async (_, settings, headers, reason) => {
      await expect(run(settings, headers)).rejects.toThrow(
        new RegExp(`EngineUnavailableError.*(${reason.source})`, "s"),
      );
    },
    120_000,
  );
});

test("engine-onnx in a browser tells of a runtime that ran out of memory, and can't be loaded anew from a bundle", async () => {
  const memory = new URL("../pages/onnx-memory.ts", import.meta.url);
  const [first, ...thrown] = String(await runInBrowser({ browser, entry: memory, arguments: [] })).split("\n");
  expect(first).toBe("2");
  expect(thrown).toHaveLength(4);
  for (const error of thrown) expect(error).toMatch(/^Engine(Unavailable)?Error: .* ran out of memory and is lost/);
  for (const error of thrown.slice(1, 3)) expect(error).toMatch(/could not be reloaded/);
}, 120_000);

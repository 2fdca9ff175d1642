/** What is tested of engine-gpu in a browser, for one version of WebGL? All in one browser, with each page loaded once. */
import { conformanceCases } from "@symloss/conformance";
import { gpu, gpuTraits } from "@symloss/engine-gpu";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { namesByGroup, testInBrowser } from "./cases.ts";
import { launch, softwareWebGL } from "./launch.ts";
import { runInBrowser } from "./page.ts";
import { runsIn } from "./parts.ts";
import { suiteOfPages } from "./suite.ts";

/** Faults by subject, grouped by page: some count objects, which others would leave behind. */
export type FaultPages = readonly Readonly<Record<string, object>>[];

const page = (name: string): URL => new URL(`../pages/${name}.ts`, import.meta.url);
const faults = new URL("../../../packages/engine-gpu/faults/index.ts", import.meta.url);

/** The tests of the mode. */
export function testGpu(mode: "webgl2" | "webgl", faultPages: FaultPages): void {
  describe(`engine-gpu on ${mode}`, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launch([...softwareWebGL, "--js-flags=--expose-gc"]);
    });
    afterAll(() => browser.close());

    describe("conformance", () => {
      const cases = conformanceCases({ traits: gpuTraits }, { createEngine: () => gpu(), ...suiteOfPages });
      const names = namesByGroup(cases.filter((one) => runsIn(mode, one)));
      const options = { entry: page("gpu"), arguments: [mode, Object.values(names).flat()], timeout: 900_000 };
      testInBrowser(names, { ...options, browser: () => browser });
    });

    describe.each(faultPages)("faults", (subjects) => {
      const names = Object.entries(subjects).map(([subject, cases]) => [subject, Object.keys(cases)] as const);
      const options = { entry: page("run-cases"), cases: faults, arguments: [mode, Object.keys(subjects)] };
      testInBrowser(Object.fromEntries(names), { ...options, browser: () => browser, timeout: 300_000 });
    });

    test("ends in an error, never in wrong results, when the browser's graphics process dies", async () => {
      const dying = await launch(softwareWebGL);
      try {
        const session = await dying.newBrowserCDPSession();
        // The answer may be lost with the process.
        const kill = (): void => void session.send("Browser.crashGpuProcess").catch(() => {});
        const run = { entry: page("gpu-crash"), arguments: [mode], onReport: kill };
        expect(await runInBrowser({ browser: dying, ...run })).toEqual({
          wrong: 0,
          error: expect.stringMatching(/EngineError.*context .* was lost/),
          next: 42,
        });
      } finally {
        await dying.close();
      }
    });
  });
}

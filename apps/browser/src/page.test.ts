import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launch, softwareWebGL, withoutWebGL } from "./launch.ts";
import { type PageOptions, runInBrowser } from "./page.ts";

const entry = new URL("../pages/fixture.ts", import.meta.url);

describe("runInBrowser", { timeout: 60_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch(softwareWebGL);
  }, 120_000);
  afterAll(() => browser.close());

  /** The value returned by a behaviour of the fixture, which is named by the first argument. */
  function run(
    behaviour: string,
    values: readonly unknown[] = [],
    options: Partial<PageOptions> = {},
  ): Promise<unknown> {
    return runInBrowser({ entry, browser, arguments: [behaviour, ...values], ...options });
  }

  describe.each([
    ["page", false],
    ["worker", true],
  ])("in a %s", (scope, worker) => {
    test("calls with arguments there, and returns", async () => {
      expect(await run("addIn", [1, 2], { worker })).toEqual({ sum: 3, scope });
    });

    test("carries numbers that JSON has not, and typed arrays", async () => {
      expect(await run("specialValues", [], { worker })).toStrictEqual([NaN, -Infinity, -0, Float32Array.of(1, 2)]);
    });

    test("brings reports in order, before it returns", async () => {
      const values: unknown[] = [];
      await run("reportThenReturn", [3], { worker, onReport: (value) => values.push(value) });
      expect(values).toEqual([0, 1, 2]);
    });

    test("throws what the function throws, with its cause", async () => {
      await expect(run("fail", ["the message"], { worker })).rejects.toThrow(
        /^runInBrowser: fixture\.ts threw RangeError: the message\n {4}at [^]*Caused by Error: the cause/,
      );
    });

    test("shows what was written with console.error", async () => {
      await expect(run("failAfterConsoleError", ["the message"], { worker })).rejects.toThrow(
        /threw Error: the message[^]*\nconsole\.error: written before 1$/,
      );
    });

    test.each(["leaveErrorUncaught", "leaveRejectionUncaught"])(
      "throws where something is uncaught: %s",
      async (name) => {
        await expect(run(name, ["the message"], { worker })).rejects.toThrow(/left uncaught: .*the message/);
      },
    );

    test.each(["wait", "hang"])("gives up on a function that does not end: %s", async (name) => {
      await expect(run(name, [], { worker, timeout: 500 })).rejects.toThrow(
        "runInBrowser: fixture.ts must finish within 500 ms, got no end by then.",
      );
    });

    test("keeps the reports from before a hang", async () => {
      const values: unknown[] = [];
      const options = { worker, timeout: 3000, onReport: (value: unknown) => values.push(value) };
      await expect(run("reportThenHang", [2], options)).rejects.toThrow("must finish within 3000 ms");
      expect(values).toEqual([0, 1]);
    });

    test.each([true, false])("is cross-origin isolated where asked: %s", async (crossOriginIsolated) => {
      expect(await run("isIsolated", [], { worker, headers: { crossOriginIsolated } })).toBe(crossOriginIsolated);
    });

    test("may not evaluate code where the policy forbids it", async () => {
      const headers = { contentSecurityPolicy: "script-src 'self'" };
      expect(await run("evaluate", ["1 + 1"], { worker })).toBe(2);
      await expect(run("evaluate", ["1 + 1"], { worker, headers })).rejects.toThrow(/threw EvalError/);
    });

    test("has WebGL2", async () => {
      expect(await run("renderer", [], { worker })).toMatch(/SwiftShader/);
    });
  });

  test("throws where a policy forbids workers", async () => {
    const headers = { contentSecurityPolicy: "worker-src 'none'" };
    await expect(run("addIn", [1, 2], { worker: true, headers })).rejects.toThrow(
      /left uncaught: [^]*worker-src 'none'/,
    );
  });

  test("throws where the module fails before it is called", async () => {
    const broken = new URL("../pages/fixture-broken.ts", import.meta.url);
    await expect(run("addIn", [], { entry: broken })).rejects.toThrow(/fixture-broken\.ts left uncaught: .*broken/);
    await expect(run("addIn", [], { entry: broken, worker: true })).rejects.toThrow(/left uncaught: .*broken/);
  });

  test("throws where there is no module", async () => {
    await expect(run("addIn", [], { entry: new URL("../pages/none.ts", import.meta.url) })).rejects.toThrow(/none\.ts/);
  });

  test("serves folders beside the bundle, and nothing else is in reach", async () => {
    const folder = mkdtempSync(join(tmpdir(), "symloss-"));
    // The smallest module there is.
    writeFileSync(join(folder, "empty.wasm"), Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    const options = { folders: { "/runtime/": folder } };
    try {
      expect(await run("compileWasm", ["/runtime/empty.wasm"], options)).toEqual([]);
      expect(await run("fetchStatus", ["/runtime/none.wasm"], options)).toBe(404);
      await expect(run("fetchFromLocalhost", [], options)).rejects.toThrow(/Failed to fetch[^]*ERR_NAME_NOT_RESOLVED/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("starts a browser of its own with flags", async () => {
    expect(await runInBrowser({ entry, flags: withoutWebGL, arguments: ["renderer"] })).toBe("none");
  });

  test("throws where the browser ends under the page", async () => {
    const own = await launch();
    const running = runInBrowser({
      entry,
      browser: own,
      arguments: ["reportThenHang", 1],
      onReport: () => void own.close(),
    });
    await expect(running).rejects.toThrow("runInBrowser: fixture.ts lost its page");
  });
});

import { describe, expect, test } from "vitest";
import { checkCase, testInBrowser, runCasesInBrowser } from "./cases.ts";

const entry = new URL("../pages/fixture-cases.ts", import.meta.url);

describe("testInBrowser", () => {
  const names = ["passes", "passes later"];
  testInBrowser({ fixture: names }, { entry, arguments: [names] });
});

describe("a case in a browser", { timeout: 120_000 }, () => {
  test("fails where it throws, and the next still runs", async () => {
    const run = await runCasesInBrowser({ entry, arguments: [["passes", "fails", "passes later"]] });
    expect(run.failure).toBeUndefined();
    expect(() => checkCase("passes", run)).not.toThrow();
    expect(() => checkCase("fails", run)).toThrow(/^Error: not so\n {4}at /);
    expect(() => checkCase("passes later", run)).not.toThrow();
    expect(() => checkCase("unknown", run)).toThrow(
      'checkCase: the page must run "unknown", got no result. The page came to its end without it.',
    );
  });

  test("fails where the page hangs at it, and keeps the results from before", async () => {
    const run = await runCasesInBrowser({ entry, arguments: [["passes", "hangs"]], timeout: 3000 });
    expect(() => checkCase("passes", run)).not.toThrow();
    expect(() => checkCase("hangs", run)).toThrow(
      /^checkCase: the page must run "hangs", got no result\. runInBrowser: fixture-cases\.ts must finish within 3000 ms/,
    );
  });
});

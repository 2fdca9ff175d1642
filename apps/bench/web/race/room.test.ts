import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { launch, withoutWebGL } from "@symloss/browser/launch";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { parseResult } from "../../src/measure/result.ts";
import { runProgram } from "../../src/program.ts";
import { createReport } from "../../src/report/report.ts";
import { barriersOf, errorsOf, visitPage } from "../../test/web-page.ts";

const visit = visitPage();

const folder = mkdtempSync(join(tmpdir(), "symloss-race-"));
afterAll(() => rmSync(folder, { recursive: true }));

let errors: readonly string[] = [];
afterEach(() => {
  if (errors.length > 0) throw new Error(`The page must leave no errors, got:\n${errors.join("\n")}`);
});

async function open(link: string, options: BrowserContextOptions = {}, own: Browser = visit.browser): Promise<Page> {
  const page = await own.newPage(options);
  page.setDefaultTimeout(30_000);
  errors = errorsOf(page);
  await page.addInitScript(recorder);
  await page.goto(`${visit.site.address}#race${link}`);
  return page;
}

async function bench(...words: string[]): Promise<{ status: number; output: string; errors: string }> {
  const [output, said] = [new PassThrough(), new PassThrough()];
  const status = await runProgram(["bench", ...words], createReport(output), said);
  const [shown, complaints] = await Promise.all([output, said].map((stream) => text(stream.end())));
  return { status, output: shown!, errors: complaints! };
}

const statusOf = (page: Page) => page.getByRole("status");
const row = (page: Page, name: string) => page.getByRole("rowheader", { name, exact: true });

/** The status reads so, soon. */
async function waitForStatus(page: Page, wanted: string): Promise<void> {
  await statusOf(page).filter({ hasText: wanted }).waitFor();
}

/** The chart of ratios has these rows, soon. */
async function chartHas(page: Page, ...workloads: readonly string[]): Promise<void> {
  const names = page.locator("svg[role=img] text").filter({ hasText: /^[A-Z]/ });
  await names.nth(workloads.length - 1).waitFor();
  expect((await names.allTextContents()).map((name) => name.split(" ")[0])).toEqual(workloads);
}

/** Keeps every status that the page has shown. */
const recorder = `
  window.statuses = [];
  new MutationObserver(() => {
    const text = document.querySelector("[role=status]")?.textContent;
    if (text !== undefined && text !== statuses.at(-1)) statuses.push(text);
  }).observe(document, { subtree: true, childList: true, characterData: true });
`;

/** What the address bar says: Playwright learns of it a little later. */
function linkOf(page: Page): Promise<string> {
  return page.evaluate("location.href");
}

/** Whether the page scrolls sideways. */
function isTooWide(page: Page): Promise<boolean> {
  return page.evaluate("document.documentElement.scrollWidth > innerWidth");
}

describe("a race", () => {
  let page: Page;
  let file: string;
  beforeAll(async () => {
    page = await open("?workloads=W9,W10&engines=wasm,cpu,gpu&sizes=256&rounds=2&run", { colorScheme: "light" });
    file = join(folder, "race.json");
  });
  afterAll(() => page.close());

  test("says how far it is, and shows what was measured", async () => {
    await page.getByRole("progressbar", { name: "Rounds of the race" }).waitFor();
    await waitForStatus(page, "Done: 2 measurements.");
    expect(await page.evaluate("statuses")).toEqual(
      expect.arrayContaining(["Starting …", "Racing; 1 measurement so far.", "Done: 2 measurements."]),
    );
    expect(await page.getByRole("progressbar").count()).toBe(0);
    await chartHas(page, "W9", "W10");
    for (const name of ["W9 mean huber", "W10 explained variance"]) {
      expect(await page.getByRole("region", { name }).getByRole("rowheader").count()).toBe(7);
    }
  });

  test("gives its result away, as the command line reads it", async () => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download" }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^symloss-bench-.*\.json$/);
    await download.saveAs(file);
    const result = parseResult(readFileSync(file, "utf8"));
    expect(result.command).toMatch(
      /\/some\/where\/#race\?workloads=W9,W10&engines=wasm,cpu,gpu&sizes=256&rounds=2&run=$/,
    );
    expect(result.machine).toMatchObject({ javascript: "V8", runtime: expect.stringContaining("Chromium") });
    expect(result.contenders.find(({ name }) => name === "gpu")!.device).toMatch(/SwiftShader/);
    expect(result.measurements.map(({ workload, rounds }) => [workload, rounds])).toEqual([
      ["W9", 2],
      ["W10", 2],
    ]);
    const compared = await bench("show", file, "--baseline", file);
    expect(compared).toMatchObject({ status: 0, errors: "" });
    expect(compared.output).toMatch(/^W9 256 gpu resident .* same$/m);
  });

  test.for(["light", "dark"] as const)("keeps nobody out, in %s", async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    expect(await barriersOf(page)).toEqual([]);
  });

  test("fits a phone", async () => {
    await page.setViewportSize({ width: 375, height: 700 });
    expect(await isTooWide(page)).toBe(false);
  });
});

test("keys are enough: to choose, to start, and to stop at once, which keeps what was measured", async () => {
  // The second size takes long.
  const page = await open("?workloads=W9&engines=cpu&arrays=into&sizes=256,20000000");
  const focusOn = async (name: string): Promise<void> => {
    const focused = `document.activeElement.closest("label, button")?.textContent ?? ""`;
    for (let presses = 0; !(await page.evaluate<string>(focused)).startsWith(name); presses++) {
      expect(presses).toBeLessThan(100);
      await page.keyboard.press("Tab");
    }
  };
  await page.getByRole("searchbox").waitFor();
  await focusOn("Find a workload");
  await page.keyboard.type("explained variance");
  await focusOn("W10");
  await page.keyboard.press("Space");
  await focusOn("Rounds");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("3");
  await page.keyboard.press("Enter");
  await waitForStatus(page, "Racing; 1 measurement so far.");
  await chartHas(page, "W9");
  expect(await linkOf(page)).toMatch(/#race\?workloads=W9,W10&engines=cpu&arrays=into&sizes=256,20000000&rounds=3$/);
  expect(await page.getByRole("group", { name: "Engines" }).getByRole("checkbox", { name: "wasm" }).isDisabled()).toBe(
    true,
  );

  await page.keyboard.press("Enter");
  expect(await statusOf(page).textContent()).toBe("Stopped after 1 measurement.");
  expect(await page.getByRole("rowheader", { name: "hand" }).count()).toBe(1);
  expect(await page.getByRole("button", { name: "Download" }).isVisible()).toBe(true);

  const sizes = page.getByRole("textbox", { name: "Numbers" });
  await sizes.fill("128");
  await page.getByRole("button", { name: "Start the race" }).click();
  await waitForStatus(page, "Done: 2 measurements.");
  await chartHas(page, "W9", "W10");
  await page.close();
});

test("the link brings the choice back", async () => {
  const page = await open("");
  const box = (group: string, name: string) =>
    page.getByRole("group", { name: group }).getByRole("checkbox", { name, exact: false });
  await page.getByRole("searchbox").fill("huber gradient");
  await box("Workloads", "huber gradient").first().check();
  await page.getByRole("searchbox").fill("");
  await box("Workloads", "W4").uncheck();
  await box("Engines", "interpreter").check();
  await box("Engines", "onnx").uncheck();
  await box("Where", "resident").uncheck();
  await page.getByRole("radio", { name: "sweep" }).check();
  await page.getByRole("combobox", { name: "Up to" }).selectOption({ label: "3,200" });
  await page.getByRole("combobox", { name: "Compared with" }).selectOption("interpreter");
  await page.getByRole("textbox", { name: "Lengths" }).fill("batch:8");
  const link = await linkOf(page);
  expect(link).toContain(
    "#race?workloads=W1,W9,huber+gradient&engines=wasm,cpu,interpreter,gpu&arrays=into&sizes=sweep:3200&against=interpreter&lengths=batch:8",
  );
  await page.goto("about:blank");
  await page.goto(link);
  await page.getByRole("group", { name: "Workloads: 3 chosen" }).waitFor();
  expect(await box("Workloads", "huber gradient").isChecked()).toBe(true);
  expect(await box("Workloads", "W4").isChecked()).toBe(false);
  expect(await box("Engines", "interpreter").isChecked()).toBe(true);
  expect(await box("Engines", "onnx").isChecked()).toBe(false);
  expect(await box("Where", "resident").isChecked()).toBe(false);
  expect(await page.getByRole("combobox", { name: "Up to" }).inputValue()).toBe("sweep:3200");
  expect(await page.getByRole("combobox", { name: "Compared with" }).inputValue()).toBe("interpreter");
  expect(await page.getByRole("textbox", { name: "Lengths" }).inputValue()).toBe("batch:8");
  expect(await linkOf(page)).toBe(link);
  await page.close();
});

test("what can't be raced is marked, and nothing starts", async () => {
  const page = await open("?workloads=W99&rounds=0&run");
  await page.getByText('The workloads must be among those above, got "W99".').waitFor();
  await page.getByText('rounds must be a whole number from 1 to 10,000, got "0".').waitFor();
  const start = page.getByRole("button", { name: "Start the race" });
  expect(await start.isDisabled()).toBe(true);
  expect(await statusOf(page).count()).toBe(0);
  await page.getByRole("textbox", { name: "Rounds everyone" }).fill("1");
  await page.getByRole("checkbox", { name: "W9" }).check();
  expect(await start.isEnabled()).toBe(true);
  await page.close();
});

test("an engine that does not work says why, and the others race", async () => {
  const without = await launch(withoutWebGL);
  const page = await open(
    "?workloads=W9&engines=cpu,gpu&beside=gpu-js-packed,tfjs-cpu&sizes=64&rounds=1&run",
    {},
    without,
  );
  await waitForStatus(page, "Done: 1 measurement.");
  await page.getByText(/^Without gpu: gpu: no mode of WebGL .*there is no such context/).waitFor();
  await page.getByText(/^Without gpu-js-packed: .*must have WebGL 2/).waitFor();
  await page.getByText(/^Without tfjs-cpu: This page was built without TensorFlow.js/).waitFor();
  const engines = page.getByRole("group", { name: "Engines" });
  expect(await engines.getByText("unavailable: gpu: no mode of WebGL").count()).toBe(1);
  expect(await row(page, "cpu resident").count()).toBe(1);
  // The browser itself says so.
  errors = errors.filter((error) => !/WebGL/.test(error));
  await without.close();
});

test("the command line runs the same in a browser, and has its result", async () => {
  const file = join(folder, "browser.json");
  const words = ["run", "W1", "--browser", "--engines", "gpu", "--arrays", "into", "--beside", "hand,gpu-js-packed"];
  const { status, output, errors: said } = await bench(...words, "--sizes", "4096", "--rounds", "1", "--json", file);
  expect({ status, said }).toEqual({ status: 0, said: "" });
  expect(output).toMatch(/^W1 huber, 4096 \(1 rounds\)$/m);
  const result = parseResult(readFileSync(file, "utf8"));
  expect(result.command).toMatch(/^npm run bench -- run W1 --browser /);
  expect(result.machine.runtime).toMatch(/^headless Chromium \d/);
  expect(result.measurements[0]!.entries.map(({ name }) => name)).toEqual(["gpu", "hand", "gpu-js-packed"]);
});

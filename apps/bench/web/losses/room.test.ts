import { launch, withoutWebGL } from "@symloss/browser/launch";
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterEach, describe, expect, test } from "vitest";
import { barriersOf, errorsOf, visitPage } from "../../test/web-page.ts";
import { engineNames } from "../engines.ts";

const visit = visitPage();

let errors: readonly string[] = [];
afterEach(() => {
  if (errors.length > 0) throw new Error(`The page must leave no errors, got:\n${errors.join("\n")}`);
});

async function open(link: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await visit.browser.newPage(options);
  page.setDefaultTimeout(30_000);
  errors = errorsOf(page);
  await page.goto(`${visit.site.address}#losses${link}`);
  return page;
}

/** What was computed, and by whom. */
async function waitForPoints(page: Page, words: string): Promise<void> {
  await page.getByRole("status").filter({ hasText: words }).first().waitFor();
}

/** The drawing of this title, soon. */
async function waitForDrawing(page: Page, name: string): Promise<void> {
  await page.getByRole("img", { name, exact: true }).waitFor();
}

const linkOf = (page: Page): Promise<string> => page.evaluate("location.hash");
const figures = (page: Page) => page.locator("svg[role=img]");

test("a loss is drawn with its gradient, and follows its options, in the address too", async () => {
  const page = await open("", { colorScheme: "light" });
  await waitForPoints(page, "241 points");
  await waitForDrawing(page, "Derivative with respect to predictions");
  expect(await figures(page).evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")))).toEqual([
    "huber",
    "Derivative with respect to predictions",
  ]);
  await page.getByRole("textbox", { name: "delta" }).fill("0.5, 2");
  await page.locator(".figures").getByText("delta = 2").first().waitFor();
  expect(await linkOf(page)).toBe("#losses?loss=huber&delta=0.5,+2");
  await page.getByRole("slider", { name: "delta, first value" }).press("ArrowRight");
  await page
    .locator(".figures")
    .getByText(/delta = 0\.[5-9]\d*/)
    .first()
    .waitFor();
  await page.getByText("The numbers").click();
  expect(await page.getByRole("region", { name: "The numbers" }).getByRole("row").count()).toBe(14);
  expect(await barriersOf(page)).toEqual([]);
  await page.close();
});

describe("the figures of SymJAX", () => {
  test("huber at three deltas, beside x²", async () => {
    const page = await open("");
    await page.getByText("Figures to begin with").click();
    await page.getByRole("button", { name: "Huber at three deltas, beside x²" }).click();
    await page.locator(".figures").getByText("delta = 0.5").first().waitFor();
    for (const label of ["delta = 1", "delta = 2", "x²"]) {
      expect(await page.locator(".figures").getByText(label, { exact: true }).count()).toBeGreaterThan(0);
    }
    // What is beside is dashed.
    expect(await page.locator(".figures svg [stroke-dasharray] path").count()).toBe(1);
    await page.close();
  });

  test("hinge at two deltas, beside the 0-1 loss, with a line at the label", async () => {
    const page = await open("?loss=hingeLoss&delta=1,0.2&beside=zeroOne", { colorScheme: "dark" });
    await page.locator(".figures").getByText("0-1 loss").first().waitFor();
    expect(await page.locator(".figures svg title", { hasText: "targets = 1" }).count()).toBe(2);
    expect(await barriersOf(page)).toEqual([]);
    await page.close();
  });
});

test.each(engineNames)("engine %s draws a curve", async (engine) => {
  const page = await open(`?loss=logCosh&engine=${engine}`);
  await waitForPoints(page, `on ${engine}:`);
  await waitForDrawing(page, "logCosh");
  expect(await figures(page).count()).toBe(2);
  await page.close();
});

test("two engines are compared in units in the last place", async () => {
  const page = await open("?loss=logCosh");
  await page.getByRole("combobox", { name: "compared with" }).selectOption("interpreter");
  await page.getByRole("img", { name: "wasm less interpreter, in units in the last place of float32" }).waitFor();
  expect(await linkOf(page)).toBe("#losses?loss=logCosh&against=interpreter");
  await page.close();
});

test("a map of two elements, and the triangle of three classes", async () => {
  const page = await open("?loss=softmaxCrossentropyLogits&figure=simplex");
  await waitForPoints(page, "861 points");
  await page.getByText("class 2 is certain").waitFor();
  await page.getByRole("combobox", { name: "kind" }).selectOption("surface");
  await waitForPoints(page, "2401 points");
  await waitForDrawing(page, "Derivative with respect to logits[0]");
  expect(await figures(page).count()).toBe(2);
  expect(await barriersOf(page)).toEqual([]);
  await page.close();
});

test("a link brings the same view back", async () => {
  const link = "?loss=pinball&engine=cpu&from=-1&to=2&beside=huber&targets=0.5&quantile=0.1,0.9";
  const page = await open(link);
  await page.locator(".figures").getByText("quantile = 0.9").first().waitFor();
  expect(await linkOf(page)).toBe(`#losses${link}`);
  expect(await page.getByRole("textbox", { name: "targets" }).inputValue()).toBe("0.5");
  expect(await page.getByRole("combobox", { name: "computed by" }).inputValue()).toBe("cpu");
  await page.close();
});

test("the code and the link are copied", async () => {
  const page = await open("?loss=huber&delta=0.5", { permissions: ["clipboard-read", "clipboard-write"] });
  await waitForPoints(page, "241 points");
  await page.getByRole("button", { name: "Copy the code" }).click();
  expect(await page.evaluate("navigator.clipboard.readText()")).toContain(
    "huber({ targets: 0, predictions }, { delta: 0.5 })",
  );
  await page.getByRole("button", { name: "Copy a link to this view" }).click();
  expect(await page.evaluate("navigator.clipboard.readText()")).toBe(
    `${visit.site.address}#losses?loss=huber&delta=0.5`,
  );
  await page.close();
});

test("a mistake is named, and the next view is drawn", async () => {
  const page = await open("?loss=huber");
  await waitForPoints(page, "241 points");
  await page.getByRole("textbox", { name: "delta" }).fill("-1");
  expect(await page.getByRole("alert").textContent()).toContain("huber: delta must be");
  await page.getByRole("textbox", { name: "delta" }).fill("1");
  await page.getByRole("alert").waitFor({ state: "detached" });
  await page.goto(`${visit.site.address}#losses?loss=hubber`);
  await page.getByRole("alert").filter({ hasText: 'There is no loss "hubber". Did you mean huber?' }).waitFor();
  await page.getByRole("combobox", { name: "loss" }).selectOption("logCosh");
  await page.getByRole("img", { name: "logCosh" }).waitFor();
  await page.close();
});

test("what is drawn after a WebGL context was lost is drawn on a new one", async () => {
  const page = await open("?loss=logCosh");
  await waitForPoints(page, "241 points");
  const [worker] = page.workers();
  // Keeps the contexts that the engine makes.
  await worker!.evaluate(`
    globalThis.contexts = [];
    const getContext = OffscreenCanvas.prototype.getContext;
    OffscreenCanvas.prototype.getContext = function (...given) {
      const context = getContext.apply(this, given);
      if (context !== null) contexts.push(context);
      return context;
    };
  `);
  await page.getByRole("combobox", { name: "computed by" }).selectOption("gpu");
  await waitForPoints(page, "on gpu:");
  const made: number = await worker!.evaluate("contexts.length");
  await worker!.evaluate("for (const context of contexts) context.getExtension('WEBGL_lose_context')?.loseContext()");
  await page.getByRole("textbox", { name: "targets" }).fill("1");
  await page.locator(".figures svg title", { hasText: "targets = 1" }).first().waitFor({ state: "attached" });
  await waitForPoints(page, "on gpu:");
  expect(await page.getByRole("alert").count()).toBe(0);
  expect(await worker!.evaluate("contexts.length")).toBeGreaterThan(made);
  expect(await worker!.evaluate("contexts.at(-1).isContextLost()")).toBe(false);
  await page.close();
});

test("an engine that does not work here says why, and another draws", async () => {
  const poor = await launch(withoutWebGL);
  const page = await poor.newPage();
  errors = errorsOf(page);
  await page.goto(`${visit.site.address}#losses?loss=logCosh&engine=gpu`);
  await page.getByRole("alert").filter({ hasText: "WebGL" }).waitFor();
  await page.getByRole("combobox", { name: "computed by" }).selectOption("cpu");
  await waitForPoints(page, "on cpu:");
  expect(await page.getByRole("alert").count()).toBe(0);
  await poor.close();
});

test("it fits a phone", async () => {
  const page = await open("?loss=ctc", { viewport: { width: 375, height: 800 }, reducedMotion: "reduce" });
  await waitForPoints(page, "241 points");
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(375);
  await page.close();
});

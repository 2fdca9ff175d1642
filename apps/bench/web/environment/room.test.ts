import { extname } from "node:path";
import { gzipSync } from "node:zlib";
import { launch, withoutWebGL } from "@symloss/browser/launch";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { expect, test } from "vitest";
import { barriersOf, errorsOf, visitPage } from "../../test/web-page.ts";
import { engineNames } from "../engines.ts";

const visit = visitPage();

/** The room, when every engine has been tried, and `selectEngine` asked. */
async function openTried(own: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await own.newPage(options);
  page.setDefaultTimeout(60_000);
  await page.goto(visit.site.address);
  await page.getByRole("status").filter({ hasText: "Every engine has been tried." }).waitFor();
  return page;
}

const rowOf = (page: Page, engine: string) => page.locator(`tr[data-engine="${engine}"]`);

test("every engine passes its self-test in a worker, and selectEngine takes the first and the fastest", async () => {
  const page = await visit.browser.newPage({ colorScheme: "light" });
  const errors = errorsOf(page);
  const hosts = new Set<string>();
  page.on("request", (request) => hosts.add(new URL(request.url()).host));
  await page.goto(visit.site.address);
  await page.getByRole("status").filter({ hasText: "Every engine has been tried." }).waitFor();
  for (const name of engineNames) expect(await rowOf(page, name).textContent()).toContain("passed");
  expect(await rowOf(page, "gpu").textContent()).toContain("emulated in software");
  expect(await page.locator("[data-selected]").allTextContents()).toEqual([
    "wasm",
    expect.stringMatching(/wasm|cpu|onnx/),
  ]);
  expect(await page.getByText("allowSoftware: true allows it").count()).toBe(1);
  expect(await page.getByRole("row", { name: /^WebAssembly SIMD yes/ }).count()).toBe(1);
  expect(await barriersOf(page)).toEqual([]);
  await page.getByRole("button", { name: "Try them again" }).press("Enter");
  await page.getByRole("status").filter({ hasText: "Trying engines" }).waitFor();
  expect(hosts).toEqual(new Set([new URL(visit.site.address).host]));
  expect(errors).toEqual([]);
  await page.close();
});

test("an engine that is refused says why", async () => {
  const poor = await launch(withoutWebGL);
  const page = await openTried(poor, { colorScheme: "dark", viewport: { width: 375, height: 800 } });
  expect(await rowOf(page, "gpu").textContent()).toMatch(/unavailable.*WebGL/);
  expect(await rowOf(page, "wasm").textContent()).toContain("passed");
  expect(await page.getByRole("row", { name: /^WebGL 2 no/ }).count()).toBe(1);
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(375);
  expect(await barriersOf(page)).toEqual([]);
  await poor.close();
});

test("the first paint needs less than 150 kB", async () => {
  const { address } = visit.site;
  const html = await (await fetch(address)).text();
  // The style, the script, and whatever the script can't begin without.
  const files = [...html.matchAll(/(?:src|href)="(\.\/[^"]+)"/g)].map(([, file]) => new URL(file!, address));
  expect(files.map(({ pathname }) => extname(pathname)).toSorted()).toEqual(expect.arrayContaining([".css", ".js"]));
  const bodies = await Promise.all(files.map(async (file) => Buffer.from(await (await fetch(file)).arrayBuffer())));
  const bytes = [Buffer.from(html), ...bodies].reduce((sum, body) => sum + gzipSync(body).length, 0);
  // Less than a framework alone takes would mean that something is not counted.
  expect(bytes).toBeGreaterThan(8_000);
  expect(bytes).toBeLessThan(150_000);
});

test("rooms are reached by keyboard", async () => {
  const page = await visit.browser.newPage();
  const errors = errorsOf(page);
  await page.goto(visit.site.address);
  await page.getByRole("navigation").waitFor();
  await page.keyboard.press("Tab");
  expect(await page.evaluate("document.activeElement.textContent.trim()")).toBe("Skip to the content");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "How a loss looks" }).waitFor();
  expect(await page.title()).toBe("Losses · symloss bench");
  await page.goBack();
  await page.getByRole("heading", { level: 1, name: "What this browser can run" }).waitFor();
  expect(errors).toEqual([]);
  await page.close();
});

/** Does the site work: every page there, every link, for those who see and those who don't, on a phone, under any path? */
import { launch } from "@symloss/browser/launch";
import { type Server, serve } from "@symloss/browser/serve";
import { losses } from "@symloss/losses";
import * as ort from "onnxruntime-web/wasm";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { barriersOf, errorsOf } from "../../bench/test/web-page.ts";
import { brokenLinks } from "../src/links.ts";
import { type SiteFiles, buildSite } from "../src/site.ts";

/** `npm run test:docs` has the reference too, which takes longer than all else, and a page of each kind. */
const everything = process.env["MODE"] === "docs";

// The build for browsers can't count processors in Node.js.
ort.env.wasm.numThreads = 1;

const base = "/some/where/";
let files: SiteFiles;
let server: Server;
let browser: Browser;

beforeAll(async () => {
  [files, browser] = await Promise.all([buildSite({ base, reference: everything, say: () => {} }), launch()]);
  server = await serve({ files: new Map([...files].map(([path, content]) => [`${base}${path}`, content])) });
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await browser.newPage(options);
  page.setDefaultTimeout(30_000);
  await page.goto(`${server.origin}${base}${path}`);
  return page;
}

const textOf = (path: string): string => String(files.get(path));

test("every link leads somewhere", () => {
  const broken = brokenLinks(files).filter((link) => everything || !link.includes("reference/index.html"));
  expect(broken).toEqual([]);
});

test("no two files have names that some systems do not tell apart", () => {
  const paths = [...files.keys()].map((path) => path.toLowerCase());
  expect(paths.filter((path, index) => paths.indexOf(path) !== index)).toEqual([]);
});

test("the page for what is not there works at any address", () => {
  expect(textOf("404.html")).toContain(`href="${base}index.html"`);
  expect(textOf("404.html")).not.toMatch(/(?:href|src)="(?:\.|\/(?!some))/);
});

test("what every page loads is small", () => {
  const sizeOf = (pattern: RegExp): number =>
    [...files].filter(([path]) => pattern.test(path)).reduce((sum, [, content]) => sum + content.length, 0);
  expect(sizeOf(/^assets\/site-.*\.(?:js|css)$/)).toBeLessThan(20_000);
  expect(sizeOf(/^index\.html$/)).toBeLessThan(25_000);
});

describe.each(Object.values(losses).map(({ definition }) => definition))("the page of $name", (definition) => {
  const { name, arguments: wanted, options } = definition;

  test("has its formula, its figures and every argument and option with what it is", () => {
    const page = textOf(`losses/${name}.html`);
    expect(page).toContain("<math");
    const differentiable = wanted.some((argument) => argument.differentiable);
    expect(page.match(/<svg[^>]*role="img"/g)?.length).toBe(differentiable ? 2 : 1);
    for (const one of [...wanted.map((argument) => argument.name), ...Object.keys(options)]) {
      const [row] = new RegExp(`<tr><th scope="row"><code>${one}</code></th>.*?</tr>`, "s").exec(page) ?? [];
      expect(row, one).toMatch(/<div class="prose">\S/);
      expect(row, one).not.toContain('<div class="prose"></div>');
    }
  });
});

test("a model of a loss runs, and has its gradients", async () => {
  const session = await ort.InferenceSession.create(files.get("onnx/huber.onnx") as Uint8Array);
  const tensor = (values: readonly number[]) => new ort.Tensor("float32", Float32Array.from(values), [values.length]);
  const outputs = await session.run({ targets: tensor([0, 0]), predictions: tensor([0.5, 3]) });
  expect([...(outputs["loss"]!.data as Float32Array)]).toEqual([0.125, 2.5]);
  expect([...(outputs["gradient_predictions"]!.data as Float32Array)]).toEqual([0.5, 1]);
});

const paths = ["index.html", "losses/index.html", "losses/huber.html", "guides/numerics.html"];
const more = ["losses/ctc.html", "packages/core.html", "decisions/index.html", "reference/index.html"];
const symbols = ["reference/core/index.html", "reference/core/compile.html", "reference/core/Tensor.html"];

describe.each(everything ? [...paths, ...more, ...symbols] : paths)("%s", (path) => {
  test.each(["light", "dark"] as const)("keeps nobody out, in %s", async (colorScheme) => {
    const page = await open(path, { colorScheme });
    expect(await barriersOf(page)).toEqual([]);
    await page.close();
  });

  test("fits a phone, and leaves no errors", async () => {
    const page = await browser.newPage({ viewport: { width: 375, height: 812 } });
    const errors = errorsOf(page);
    await page.goto(`${server.origin}${base}${path}`, { waitUntil: "networkidle" });
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
    expect(errors).toEqual([]);
    await page.close();
  });
});

test("a loss is found by its name in another library, with the keyboard alone", async () => {
  const page = await open("guides/numerics.html");
  await page.getByRole("button", { name: "Search" }).waitFor();
  await page.keyboard.press("/");
  await page.getByRole("searchbox", { name: "Search" }).fill("BCEWithLogitsLoss");
  await page.getByText("elsewhere BCEWithLogitsLoss").waitFor();
  expect(await barriersOf(page)).toEqual([]);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "sparseSigmoidCrossentropyLogits", level: 1 }).waitFor();
  await page.close();
});

test("the list of losses is narrowed by names elsewhere", async () => {
  const page = await open("losses/index.html");
  await page.getByRole("searchbox", { name: "Narrow the list" }).fill("BCEWithLogits");
  await page.getByText("1 of ").waitFor();
  expect(await page.locator(".cards li:visible strong").allTextContents()).toEqual(["sparseSigmoidCrossentropyLogits"]);
  await page.close();
});

test("the loss on the start page follows its sliders, computed here", async () => {
  const page = await open("index.html");
  await page.getByText(/on wasm, here/).waitFor();
  await page.getByRole("slider", { name: "delta" }).fill("0.5");
  await page.getByText("loss 0.750").waitFor();
  await page.getByText("gradient 0.500").waitFor();
  await page.getByRole("combobox", { name: "Loss" }).selectOption("pinball");
  await page.getByText("quantile").waitFor();
  await page.getByText("gradient 0.200").waitFor();
  expect(await page.locator(".live").getByRole("img").getAttribute("aria-label")).toMatch(/^The loss, its gradient/);
  await page.close();
});

test("colours are the reader's choice, and stay so", async () => {
  const page = await open("index.html", { colorScheme: "light" });
  const scheme = () => page.evaluate("getComputedStyle(document.documentElement).colorScheme");
  await page.getByRole("button", { name: "Switch between light and dark" }).click();
  expect(await scheme()).toBe("dark");
  await page.goto(`${server.origin}${base}losses/huber.html`);
  expect(await scheme()).toBe("dark");
  await page.close();
});

test("the bench is part of it, and shows the loss that a page leads to", async () => {
  const page = await open("losses/huber.html");
  await page.getByRole("link", { name: "Change its options, live" }).click();
  await page.getByRole("img", { name: "Derivative with respect to predictions", exact: true }).waitFor();
  expect(await page.locator(".figures").getByText("delta = 2").count()).toBeGreaterThan(0);
  await page.close();
});

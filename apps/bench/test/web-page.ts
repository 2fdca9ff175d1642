/** What do tests of the page open? The page as it is built, under a path of its own, for any host may have it anywhere. */
import { launch, softwareWebGL } from "@symloss/browser/launch";
import { type Files, serve } from "@symloss/browser/serve";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { buildPage } from "../src/build-page.ts";

/** The page, served. */
interface WebPage {
  /** Ends with a slash; a hash follows. */
  readonly address: string;
  close(): Promise<void>;
}

/** What the tests of a room have: the page, and a browser. */
export interface Visit {
  readonly site: WebPage;
  readonly browser: Browser;
}

/** Serves the page and starts a browser before the tests of a file, and ends both after them. */
export function visitPage(): Visit {
  let opened: Visit | undefined;
  beforeAll(async () => {
    const [site, browser] = await Promise.all([serveWebPage(), launch(softwareWebGL)]);
    opened = { site, browser };
  });
  afterAll(async () => {
    await opened?.browser.close();
    await opened?.site.close();
  });
  return {
    get site() {
      return opened!.site;
    },
    get browser() {
      return opened!.browser;
    },
  };
}

const path = "/some/where/";

let built: Promise<Files> | undefined;

/** Builds the page, once in a process, and serves it until it is closed. */
async function serveWebPage(): Promise<WebPage> {
  built ??= buildPage({ path });
  const server = await serve({ files: await built });
  return { address: `${server.origin}${path}`, close: () => server.close() };
}

/** What the page wrote with console.error and left uncaught; grows while it is open. */
export function errorsOf(page: Page): readonly string[] {
  const errors: string[] = [];
  page.on("pageerror", ({ message }) => errors.push(`uncaught: ${message}`));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  return errors;
}

/** What axe finds that keeps people out: each serious or critical issue, with where it is. */
export async function barriersOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(`axe.run().then(({ violations }) =>
    violations
      .filter(({ impact }) => ["serious", "critical"].includes(impact))
      .map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" "))
  )`);
}

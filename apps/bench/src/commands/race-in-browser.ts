/** How is a race run in a browser, and followed from here? */
import { launch, softwareWebGL } from "@symloss/browser/launch";
import { serve } from "@symloss/browser/serve";
import type { Browser, Page } from "playwright-core";
import { buildPage } from "../build-page.ts";
import { Failure } from "../failure.ts";
import type { Machine } from "../measure/result.ts";
import { type RaceChoice, formatChoice } from "../race/choice.ts";
import { type RaceMessage, followerName } from "../race/follower.ts";
import type { RaceReport } from "../race/race.ts";

/** Which browser, and which page. */
export interface BrowserOptions {
  /** Whether WebGL is that of the graphics card, and not computed by the processor. */
  readonly hardware: boolean;
  /** Whether the page has other libraries, which are installed. */
  readonly peers: boolean;
}

/** Runs the race that is chosen in a headless browser found here, and describes what it ran on; throws `Failure` if it failed there. */
export async function raceInBrowser(
  choice: RaceChoice,
  { hardware, peers }: BrowserOptions,
  tell: RaceReport,
): Promise<Pick<Machine, "runtime" | "javascript">> {
  // Isolated pages have the finest clock.
  const server = await serve({ files: await buildPage({ peers }), headers: { crossOriginIsolated: true } });
  try {
    const browser = await launchBrowser(hardware);
    try {
      await follow(await browser.newPage(), `${server.origin}/#race?${formatChoice(choice).toString()}&run`, tell);
      return { runtime: `headless Chromium ${browser.version()}`, javascript: "V8" };
    } finally {
      await browser.close();
    }
  } finally {
    await server.close();
  }
}

/** With hardware, the browser's own choice of driver; without, the one that works everywhere. */
async function launchBrowser(hardware: boolean): Promise<Browser> {
  try {
    return await launch(hardware ? [] : softwareWebGL);
  } catch (error) {
    throw new Failure(`A browser must start, got ${(error as Error).message}`);
  }
}

/** Opens a link that starts a race, and tells what happens until it ends; throws `Failure` if it fails. */
async function follow(page: Page, link: string, tell: RaceReport): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (what: string): void =>
      reject(new Failure(`The race in the browser must end by itself, got: ${what}`));
    page.on("pageerror", ({ message }) => fail(message));
    page.on("crash", () => fail("its page crashed."));
    page.on("close", () => fail("its page was closed."));
    const receive = async (message: RaceMessage): Promise<void> => {
      if (message.kind !== "ended") await tell(message);
      else if (message.failure === undefined) resolve();
      else fail(message.failure);
    };
    page
      .exposeFunction(followerName, receive)
      .then(() => page.goto(link))
      .catch((error: unknown) => fail(String(error)));
  });
}

/** How does a test run code in a browser? It is bundled, served and called with arguments, and its result is sent back. */
import { basename } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { bundle } from "./bundle.ts";
import { launch } from "./launch.ts";
import type { Outcome, Report } from "./messages.ts";
import { type HeaderOptions, serve } from "./serve.ts";

/** What runs, and where. */
export type RunOptions = PageOptions & BrowserOptions;

/** What a page runs. */
export interface PageOptions {
  /** The module whose default function is called. */
  readonly entry: URL;
  /** The function's arguments; its `Report` follows them. */
  readonly arguments?: readonly unknown[] | undefined;
  /** Whether it is called in a worker; default false. */
  readonly worker?: boolean | undefined;
  /** The module that it imports as `virtual:cases`. */
  readonly cases?: URL | undefined;
  /** How the page is served; by default without any of these. */
  readonly headers?: HeaderOptions | undefined;
  /** Folders on disk that are served beside the bundle. */
  readonly folders?: Readonly<Record<string, string>> | undefined;
  /** The page's time limit, in milliseconds; default 60000. */
  readonly timeout?: number | undefined;
  /** Receives what the function reports while it runs. */
  readonly onReport?: Report | undefined;
}

/** The browser that opens the page: a running one, which stays open, or one of its own, started with these flags. */
type BrowserOptions =
  | { readonly browser: Browser; readonly flags?: never }
  | { readonly browser?: never; readonly flags?: readonly string[] | undefined };

/**
 * The result of the default function of `entry`, in a page of its own. Throws what it throws, and also if an error in the
 * page is uncaught or the page takes too long; the message includes what the page wrote with console.error.
 */
export async function runInBrowser({ browser, flags, ...options }: RunOptions): Promise<unknown> {
  const { entry, worker, cases, folders, headers } = options;
  const server = await serve({ files: await bundle(entry, { worker, cases }), folders, headers });
  try {
    if (browser !== undefined) return await runInContext(browser, server.origin, options);
    const ownBrowser = await launch(flags);
    try {
      return await runInContext(ownBrowser, server.origin, options);
    } finally {
      await ownBrowser.close();
    }
  } finally {
    await server.close();
  }
}

async function runInContext(browser: Browser, origin: string, options: PageOptions): Promise<unknown> {
  const context = await browser.newContext();
  try {
    return await runPage(context, origin, options);
  } finally {
    // A context that can't be closed ended with its browser, and the reason why the page failed is what matters.
    await context.close().catch(() => {});
  }
}

async function runPage(context: BrowserContext, origin: string, options: PageOptions): Promise<unknown> {
  const { entry, arguments: values = [], timeout = 60_000, onReport = () => {} } = options;
  const page = await context.newPage();
  const written = consoleErrorsOf(page);
  let opening: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const end = new Promise<unknown>((resolve, reject) => {
    const fail = (what: string): void =>
      reject(new Error([`runInBrowser: ${basename(entry.pathname)} ${what}`, ...written].join("\n")));
    const finish = (outcome: Outcome): void =>
      "error" in outcome ? fail(`threw ${outcome.error}`) : resolve(outcome.value);

    page.on("pageerror", ({ stack, message }) => fail(`left uncaught: ${stack ?? message}`));
    page.on("crash", () => fail("crashed its page."));
    page.on("close", () => fail("lost its page."));
    opening = openPage(page, origin, { symlossArguments: () => values, symlossReport: onReport, symlossFinish: finish })
      .then(() => {
        timer = setTimeout(() => fail(`must finish within ${timeout} ms, got no end by then.`), timeout);
      })
      .catch((error: unknown) => fail(`must open, got ${String(error)}`));
  });
  return end.finally(async () => {
    // Closing a page while it opens makes Playwright throw.
    await opening;
    clearTimeout(timer);
  });
}

/** What the page wrote with console.error, and what the browser logged about the page; grows while it runs. */
function consoleErrorsOf(page: Page): readonly string[] {
  const written: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") written.push(`console.error: ${message.text()}`);
  });
  return written;
}

/** Opens the page with these functions as its globals. */
async function openPage(page: Page, origin: string, globals: Record<string, (value: never) => unknown>): Promise<void> {
  for (const [name, call] of Object.entries(globals)) await page.exposeFunction(name, call);
  // A page that is busy from the start never finishes loading.
  await page.goto(origin, { waitUntil: "commit" });
}

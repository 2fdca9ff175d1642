/** What do tests of the page open? The page as it is built, under a path of its own, for any host may have it anywhere. */
import { fileURLToPath } from "node:url";
import { type Files, serve } from "@symloss/browser/serve";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { type Rolldown, build } from "vite";

/** The page, served. */
export interface WebPage {
  /** Ends with a slash; a hash follows. */
  readonly address: string;
  close(): Promise<void>;
}

const path = "/some/where/";

let built: Promise<Files> | undefined;

/** Builds the page, once in a process, and serves it until it is closed. */
export async function serveWebPage(): Promise<WebPage> {
  built ??= buildFiles();
  const server = await serve({ files: await built });
  return { address: `${server.origin}${path}`, close: () => server.close() };
}

async function buildFiles(): Promise<Files> {
  const { output } = (await build({
    configFile: fileURLToPath(new URL("../web/vite.config.ts", import.meta.url)),
    // The mode of tests is not one of the page.
    mode: "production",
    logLevel: "silent",
    build: { write: false },
  })) as Rolldown.RolldownOutput;
  return new Map(
    output.map((file) => [`${path}${file.fileName}`, file.type === "chunk" ? file.code : file.source] as const),
  );
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

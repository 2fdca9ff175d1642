/** How does the page become files? Vite is loaded when it is asked for. */
import { fileURLToPath } from "node:url";

/** From this file in src or in dist. */
const configuration = fileURLToPath(new URL("../web/vite.config.ts", import.meta.url));

/** What the page is built with. */
export interface PageOptions {
  /** Where its files go; the folder is emptied first. */
  readonly folder: string;
  /** Whether other libraries, which must be installed, can take part in its races; default false. */
  readonly peers?: boolean | undefined;
}

/** Builds the page. */
export async function buildPage({ folder, peers = false }: PageOptions): Promise<void> {
  const { build } = await import("vite");
  await build({
    configFile: configuration,
    mode: peers ? "peers" : "production",
    logLevel: "error",
    build: { outDir: folder, emptyOutDir: true },
  });
}

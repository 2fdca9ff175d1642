/** How does the page become files? Vite is loaded when it is asked for. */
import { fileURLToPath } from "node:url";
import type { Files } from "@symloss/browser/serve";
import type { InlineConfig, Rolldown } from "vite";

/** How Vite builds and serves the page, with other libraries beside or without; from this file in src or in dist. */
export function pageSettings(peers: boolean): InlineConfig {
  return {
    configFile: fileURLToPath(new URL("../web/vite.config.ts", import.meta.url)),
    mode: peers ? "peers" : "production",
    logLevel: "warn",
  };
}

/** How the page is built. */
export interface PageOptions {
  /** The path under which it is served, from slash to slash; default `/`. */
  readonly path?: string | undefined;
  /** Whether other libraries, which must be installed, can take part in its races; default false. */
  readonly peers?: boolean | undefined;
}

/** Builds the page, in memory. */
export async function buildPage({ path = "/", peers = false }: PageOptions = {}): Promise<Files> {
  const { build } = await import("vite");
  const { output } = (await build({
    ...pageSettings(peers),
    build: { write: false },
  })) as Rolldown.RolldownOutput;
  return new Map(
    output.map((file) => [`${path}${file.fileName}`, file.type === "chunk" ? file.code : file.source] as const),
  );
}

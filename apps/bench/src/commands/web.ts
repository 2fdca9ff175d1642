/** How does the page of the bench get to a browser? It is built into static files, and served on this machine. */
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { InlineConfig, PreviewServer } from "vite";
import { type OptionTable, count, describeOptions, file, flag, parseOptions } from "../arguments.ts";
import { pageSettings } from "../build-page.ts";
import type { Command } from "../command.ts";
import { installPeers } from "../contenders/peers.ts";
import { Failure } from "../failure.ts";

const usualPort = 4173;

const options = {
  port: count(65535, `serve it on this port of 127.0.0.1; by default ${usualPort}`),
  isolated: flag("serve it with the headers that let threads share memory, for ONNX Runtime on several cores"),
  peers: flag("with TensorFlow.js in the race; installed into apps/bench/peers the first time"),
  out: file("build into this folder; by default apps/bench/dist/web"),
  "only-build": flag("build the files, for any host and any path, and serve nothing"),
} as const satisfies OptionTable;

const help = `npm run bench -- web [options]

Builds the page of the bench, and serves it on this machine until you press Ctrl-C: what a browser has and which engines
work in it, how each loss looks, and a race of engines.

${describeOptions(options)}`;

/** Builds the page, and serves it. */
export const web: Command = {
  run: async (words, report) => {
    const given = parseOptions(words, options);
    if (given === "help") return report.line(help);
    if (given.peers) installPeers((line) => report.line(line));
    const { build, preview } = await import("vite");
    const outDir = resolve(given.out ?? fileURLToPath(new URL("../../dist/web", import.meta.url)));
    // A folder of the user's may hold more than the page.
    const made = { ...pageSettings(given.peers === true), build: { outDir, emptyOutDir: given.out === undefined } };
    const serving = given["only-build"]
      ? undefined
      : { port: given.port ?? usualPort, isolated: given.isolated === true };
    mkdirSync(outDir, { recursive: true });
    // Before the page is built, so that a port in use is known at once.
    const server = serving && (await serve(preview, made, serving));
    report.line(`Building the page into ${outDir} ..`);
    await build(made);
    if (server === undefined) return report.line("Built. Any host can serve these files, from any path.");
    report.line(`Open ${server.resolvedUrls!.local[0]} in a browser. Ctrl-C ends it.`);
    await new Promise((closed) => server.httpServer.once("close", closed));
  },
};

const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

async function serve(
  preview: (config: InlineConfig) => Promise<PreviewServer>,
  config: InlineConfig,
  { port, isolated }: { readonly port: number; readonly isolated: boolean },
): Promise<PreviewServer> {
  const headers = isolated ? isolation : {};
  try {
    return await preview({ ...config, preview: { port, strictPort: true, host: "127.0.0.1", headers } });
  } catch (cause) {
    throw new Failure(
      `The page must have a port that nobody uses, got ${port}: ${(cause as Error).message}. Choose another with --port.`,
    );
  }
}

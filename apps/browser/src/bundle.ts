/** What does the browser get for a TypeScript module of this repository? Bundled from source, as a user's own build would. */
import { fileURLToPath } from "node:url";
import { type Rolldown, build, defaultClientConditions } from "vite";
import type { Files } from "./serve.ts";

/** How a module is run. */
export interface BundleOptions {
  /** Whether it runs in a worker that the page starts; default false. */
  readonly worker?: boolean | undefined;
}

/** A page, `/index.html`, that runs the module `entry`, with all that it loads: chunks and assets. */
export async function bundle(entry: URL, { worker = false }: BundleOptions = {}): Promise<Files> {
  const { output } = (await build({
    configFile: false,
    logLevel: "silent",
    root: fileURLToPath(new URL("..", import.meta.url)),
    publicDir: false,
    resolve: {
      conditions: ["@symloss/source", ...defaultClientConditions],
      alias: { "virtual:entry": fileURLToPath(entry) },
    },
    worker: { format: "es" },
    build: {
      write: false,
      target: "esnext",
      // Readable stacks are worth more here than small files.
      minify: false,
      // Assets stay files, so that loading them is tested too.
      assetsInlineLimit: 0,
      modulePreload: false,
      rolldownOptions: {
        input: { start: fileURLToPath(new URL(`../pages/start${worker ? "-worker" : ""}.ts`, import.meta.url)) },
        output: { entryFileNames: "[name].js" },
      },
    },
  })) as Rolldown.RolldownOutput;
  return new Map([
    ["/index.html", page],
    ...output.map((file) => [`/${file.fileName}`, file.type === "chunk" ? file.code : file.source] as const),
  ]);
}

const page = `<!doctype html>
<meta charset="utf-8">
<title>symloss</title>
<link rel="icon" href="data:,">
<script type="module" src="/start.js"></script>
`;

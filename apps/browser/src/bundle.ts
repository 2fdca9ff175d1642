/** What does the browser get for a TypeScript module of this repository? A bundle of its source, as a user's own build would make. */
import { fileURLToPath } from "node:url";
import { type Rolldown, build as viteBuild, defaultClientConditions } from "vite";
import type { Files } from "./serve.ts";

/** How a module is run. */
export interface BundleOptions {
  /** Whether it runs in a worker that the page starts; default false. */
  readonly worker?: boolean | undefined;
  /** The module that it imports as `virtual:cases`. */
  readonly cases?: URL | undefined;
}

const bundles = new Map<string, Promise<Files>>();

/** A page, `/index.html`, that runs the module `entry`, with everything it loads: chunks and assets. Built once. */
export function bundle(entry: URL, options: BundleOptions = {}): Promise<Files> {
  const key = [entry, options.worker === true, options.cases].join(" ");
  const made = bundles.get(key) ?? build(entry, options);
  bundles.set(key, made);
  return made;
}

async function build(entry: URL, { worker = false, cases }: BundleOptions): Promise<Files> {
  const { output } = (await viteBuild({
    configFile: false,
    logLevel: "silent",
    root: fileURLToPath(new URL("..", import.meta.url)),
    publicDir: false,
    resolve: {
      conditions: ["@symloss/source", ...defaultClientConditions],
      alias: {
        "virtual:entry": fileURLToPath(entry),
        ...(cases !== undefined && { "virtual:cases": fileURLToPath(cases) }),
      },
    },
    worker: { format: "es" },
    build: {
      write: false,
      target: "esnext",
      // Readable stack traces matter more here than small files.
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

/** How does the page become static files, which any host serves from any path? */
import { fileURLToPath } from "node:url";
import katex from "katex";
import { type Plugin, defaultClientConditions, defineConfig } from "vite";
import { documentation } from "../../../packages/losses/test/documentation.ts";

/** `virtual:loss-documentation`: what the docstring of each loss says, its formula as MathML, which needs no fonts and no script. */
const lossDocumentation: Plugin = {
  name: "loss-documentation",
  resolveId: (id) => (id === "virtual:loss-documentation" ? `\0${id}` : undefined),
  load: (id) => {
    if (id !== "\0virtual:loss-documentation") return undefined;
    const entries = Object.entries(documentation).map(([name, { formula, ...rest }]) => [
      name,
      { ...rest, ...(formula === undefined ? {} : { formula: toMathMl(formula) }) },
    ]);
    return `export default ${JSON.stringify(Object.fromEntries(entries))}`;
  },
};

function toMathMl(tex: string): string {
  const html = katex.renderToString(tex, { output: "mathml", displayMode: true, throwOnError: true });
  // The source is not shown, and would be as long again.
  return html.replaceAll(/<annotation.*?<\/annotation>/gs, "").replace(/^<span class="katex">(.*)<\/span>$/s, "$1");
}

/** Other libraries lie in a folder of their own, for most who build the page do without. */
const peers = [
  {
    find: /^@tensorflow\//,
    replacement: fileURLToPath(new URL("../peers/node_modules/@tensorflow/", import.meta.url)),
  },
];

export default defineConfig(({ mode }) => ({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  publicDir: false,
  plugins: [lossDocumentation],
  resolve: {
    conditions: ["@symloss/source", ...defaultClientConditions],
    alias: mode === "peers" ? peers : [],
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: { format: "es" },
  define: { __PEERS__: JSON.stringify(mode === "peers") },
  build: {
    outDir: fileURLToPath(new URL("../dist/web", import.meta.url)),
    emptyOutDir: true,
    target: "esnext",
    // ONNX Runtime's WebAssembly is large by nature.
    chunkSizeWarningLimit: 2000,
    modulePreload: { polyfill: false },
  },
}));

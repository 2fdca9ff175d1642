/** How does the page become static files, which any host serves from any path? */
import { fileURLToPath } from "node:url";
import { type Plugin, defaultClientConditions, defineConfig } from "vite";
import { documentation } from "../../../packages/losses/test/documentation.ts";
import { toMathMl } from "../src/formula.ts";

/** `virtual:loss-documentation`: what the docstring of each loss says in a few lines, its formula as MathML. */
const lossDocumentation: Plugin = {
  name: "loss-documentation",
  resolveId: (id) => (id === "virtual:loss-documentation" ? `\0${id}` : undefined),
  load: (id) => {
    if (id !== "\0virtual:loss-documentation") return undefined;
    const entries = Object.entries(documentation).map(([name, { summary, formula, source, peers, seed }]) => [
      name,
      { summary, source, peers, seed, ...(formula === undefined ? {} : { formula: toMathMl(formula) }) },
    ]);
    return `export default ${JSON.stringify(Object.fromEntries(entries))}`;
  },
};

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

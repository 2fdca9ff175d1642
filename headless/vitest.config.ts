import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { defineConfig, mergeConfig } from "vitest/config";
import { settings } from "../vitest.settings.ts";

// Like all tests, these run from source, but only if `npm run test:headless` has installed what they need, and with the gpu.js of
// this folder, which finds gl beside it; the root's finds an empty package.
const gpuJs = createRequire(import.meta.url).resolve("gpu.js");

export default mergeConfig(
  settings,
  defineConfig({
    root: fileURLToPath(new URL("..", import.meta.url)),
    resolve: { alias: [{ find: /^#?gpu\.js$/, replacement: gpuJs }] },
    test: { include: ["headless/*.test.ts"] },
  }),
);

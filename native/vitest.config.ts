import { fileURLToPath } from "node:url";
import { defineConfig, mergeConfig } from "vitest/config";
import { settings } from "../vitest.settings.ts";

// As all tests, from source; but only these, and only where `npm run test:native` has installed what they need.

export default mergeConfig(
  settings,
  defineConfig({
    root: fileURLToPath(new URL("..", import.meta.url)),
    test: { include: ["native/*.test.ts"] },
  }),
);

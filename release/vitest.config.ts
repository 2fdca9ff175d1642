import { fileURLToPath } from "node:url";
import { defineConfig, mergeConfig } from "vitest/config";
import { settings } from "../vitest.settings.ts";

// These run only in `npm run test:release`, which has published the packages before.
export default mergeConfig(
  settings,
  defineConfig({
    root: fileURLToPath(new URL("..", import.meta.url)),
    test: { include: ["release/*.test.ts"], testTimeout: 180_000, hookTimeout: 180_000 },
  }),
);

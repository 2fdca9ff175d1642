import { fileURLToPath } from "node:url";
import { defineConfig, mergeConfig } from "vitest/config";
import shared from "../vitest.config.ts";

// As all tests, from source; but only these, and only where `npm run test:native` has installed what they need.
const { test, ...rest } = shared;

export default mergeConfig(
  rest,
  defineConfig({
    root: fileURLToPath(new URL("..", import.meta.url)),
    test: { ...test, include: ["native/*.test.ts"] },
  }),
);

import { defineConfig } from "vitest/config";

// Packages offer their TypeScript under this condition, so tests run from source, with no build before them.
const source = "@symloss/source";

export default defineConfig({
  resolve: { conditions: [source] },
  ssr: { resolve: { conditions: [source], externalConditions: [source] } },
  test: {
    pool: "forks",
    // One for each core: files wait for pages and processes as well.
    maxWorkers: "100%",
    // No test is about time; a machine that is busy may take its own.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    include: ["packages", "apps", "docs", "examples", "scripts"].map((folder) => `${folder}/**/*.test.ts`),
    exclude: ["**/node_modules/**", "**/dist/**"],
  },
});

/** How do tests run, wherever they are? */
import { type ViteUserConfig, defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

// Packages offer their TypeScript under this condition, so tests run from source, with no build before them.
const source = "@symloss/source";

/** Pages first: one of them takes minutes, in few lines, and would otherwise come last and leave the other cores idle. */
class PagesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isOfPages = ({ moduleId }: TestSpecification): boolean => /\/apps\/(browser|bench\/web)\//.test(moduleId);
    return (await super.sort(files)).toSorted((left, right) => Number(isOfPages(right)) - Number(isOfPages(left)));
  }
}

export const settings: ViteUserConfig = defineConfig({
  resolve: { conditions: [source] },
  ssr: { resolve: { conditions: [source], externalConditions: [source] } },
  test: {
    pool: "forks",
    // One for each core: files wait for pages and processes as well.
    maxWorkers: "100%",
    // No test is about time; a machine that is busy may take its own.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    sequence: { sequencer: PagesFirst },
    exclude: ["**/node_modules/**", "**/dist/**"],
  },
});

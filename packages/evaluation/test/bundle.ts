/** How do tests run programs of their own? Bundled to JavaScript, which threads and processes need, where packages are found. */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defaultServerConditions, build } from "vite";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const own = "packages/evaluation";

/** Programs of this folder, or of the package's sources, as JavaScript. */
export class Bundle implements Disposable {
  readonly #folder = mkdtempSync(join(root, "node_modules", ".symloss-programs-"));

  /** The path of one of them. */
  pathOf(name: string): string {
    return join(this.#folder, own, `${name}.js`);
  }

  /** Names are paths within the package. */
  static async of(names: readonly string[]): Promise<Bundle> {
    const bundle = new Bundle();
    await build({
      configFile: false,
      logLevel: "warn",
      root: join(root, own),
      publicDir: false,
      ssr: { noExternal: [/^@symloss\//], resolve: { conditions: ["@symloss/source", ...defaultServerConditions] } },
      build: {
        ssr: true,
        outDir: bundle.#folder,
        emptyOutDir: false,
        minify: false,
        rolldownOptions: {
          input: Object.fromEntries(names.map((name) => [`${own}/${name}`, join(root, own, `${name}.ts`)])),
          output: { preserveModules: true, preserveModulesRoot: root },
        },
      },
    });
    return bundle;
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}

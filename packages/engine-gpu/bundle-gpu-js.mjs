// Puts gpu.js into the built engine-gpu, with what it needs and their licences: installed as a dependency it is 90 MB, of which 84 are never
// loaded. For Node.js, where the package gl is found if it is installed, and for everything else, where there is none.
import { existsSync, readFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const folder = fileURLToPath(new URL("dist/vendor/", import.meta.url));
const entry = join(dirname(fileURLToPath(import.meta.resolve("gpu.js"))), "index.js");

/** What it may require of the machine; where that is missing it does without. */
const ofTheMachine = ["gl", "webgpu", "os", "worker_threads"];
const requireOfNode = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/** @type {readonly (readonly [name: string, banner: string])[]} */
const targets = [
  ["gpu-node", requireOfNode],
  ["gpu-browser", ""],
];

mkdirSync(folder, { recursive: true });
/** @type {Set<string>} */
const bundled = new Set();
for (const [name, banner] of targets) {
  const { output } = await bundle(banner);
  const [chunk] = output;
  writeFileSync(join(folder, `${name}.js`), chunk.code);
  for (const id of chunk.moduleIds) {
    const [, own] = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id) ?? [];
    if (own !== undefined) bundled.add(own);
  }
}
writeFileSync(join(folder, "LICENSES.txt"), [...bundled].map(licenceOf).join("\n\n"));

/** @param {string} banner */
async function bundle(banner) {
  return /** @type {Promise<import("vite").Rolldown.RolldownOutput>} */ (
    build({
      configFile: false,
      logLevel: "error",
      build: {
        write: false,
        target: "es2023",
        // Readable, as its stack traces should be.
        minify: false,
        lib: { entry, formats: ["es"] },
        rolldownOptions: { external: ofTheMachine, output: { banner, codeSplitting: false } },
      },
    }).then((built) => (Array.isArray(built) ? built[0] : built))
  );
}

/** @param {string} name */
function licenceOf(name) {
  const home = fileURLToPath(new URL(`../../node_modules/${name}/`, import.meta.url));
  const { version, license } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  const file = ["LICENSE", "LICENSE.md", "LICENSE.txt"].map((one) => join(home, one)).find(existsSync);
  return `${name} ${version}\n\n${file === undefined ? `Licence: ${license}` : readFileSync(file, "utf8").trim()}`;
}

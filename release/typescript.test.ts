/** Do programs type-check, with everything strict and no declaration skipped, on the oldest promised TypeScript and on the newest? */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packages } from "./packages.ts";
import { type Project, createProject, ofRelease } from "./project.ts";

const compilers = ["typescript-oldest", "typescript-newest"];
const resolutions = [
  { module: "nodenext", moduleResolution: "nodenext" },
  { module: "esnext", moduleResolution: "bundler" },
];

const options = {
  target: "es2022",
  // No DOM: a package that needs it brings it.
  lib: ["es2022"],
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  skipLibCheck: false,
  noEmit: true,
};

const program = `
import { type NDArray, type Tensor, compile, ndarray, valueAndGrad } from "@symloss/core";
import type { Engine } from "@symloss/core/engine";
import { cpu } from "@symloss/engine-cpu";
import { wasm } from "@symloss/engine-wasm";
import { type OptionsOf, defineLoss, huber, losses, reduce } from "@symloss/losses";

const engine: Engine = await cpu();
const options: OptionsOf<typeof huber> = { delta: 0.5 };
const loss = ({ weights }: { readonly weights: Tensor }, x: Tensor, y: Tensor): Tensor =>
  reduce(huber({ targets: y, predictions: x.matmul(weights) }, options), { mask: [true, false] });
const step = compile(valueAndGrad(loss), { engine });
const [value, gradient] = await step({ weights: [1, 2] }, [[1, 1], [0, 1]], [3, 4]);
export const result: NDArray = value;
export const slope: NDArray = gradient.weights;
export const data: Float32Array = ndarray(new Float32Array(2)).data;
export const names: readonly string[] = Object.keys(losses);
export { defineLoss, wasm };

// @ts-expect-error an option that does not exist
huber([1], [2], { slope: 1 });
// @ts-expect-error a function of strings can't be compiled
compile((text: string) => text.length, { engine });
`;

const everything = packages
  .flatMap(({ entries }) => entries)
  .map((entry, index) => `export * as entry${index} from ${JSON.stringify(entry)};`)
  .join("\n");

let project: Project;
beforeAll(async () => {
  project = await createProject(
    "typescript",
    packages.map(({ name }) => name),
  );
});
afterAll(() => project.remove());

const cases = compilers.flatMap((compiler) => resolutions.map((resolution) => ({ compiler, ...resolution })));

// In this order: the last is checked with a package that the others must do without.
describe.each([
  { title: "a program", source: program, peers: [] },
  { title: "every entry without its peers", source: everything, peers: [] },
  { title: "every entry with the runtime", source: everything, peers: ["onnxruntime-web"] },
])("$title", ({ source, peers }) => {
  beforeAll(async () => {
    if (peers.length > 0) await project.run("npm", ["install", ...peers]);
    project.write("program.mts", source);
  });

  test.each(cases)("$compiler, $moduleResolution", async ({ compiler, ...resolution }) => {
    expect(await complaints(compiler, resolution, "program.mts")).toBe("");
  });
});

test("the newest lets CommonJS require them", async () => {
  project.write("program.cts", `import core = require("@symloss/core");\nexport = core.compile;\n`);
  expect(await complaints("typescript-newest", resolutions[0]!, "program.cts")).toBe("");
});

test("the oldest is the one that the README promises", () => {
  const { version } = JSON.parse(readFileSync(ofRelease("typescript-oldest/package.json"), "utf8")) as {
    version: string;
  };
  const readme = readFileSync(fileURLToPath(new URL("../README.md", import.meta.url)), "utf8");
  expect(readme).toContain(`TypeScript ${version.split(".").slice(0, 2).join(".")} or newer`);
});

/** What the compiler says against a file. */
async function complaints(compiler: string, resolution: object, file: string): Promise<string> {
  const config = "tsconfig.json";
  project.write(config, JSON.stringify({ compilerOptions: { ...options, ...resolution }, files: [file] }));
  const tsc = ofRelease(`${compiler}/package.json`).replace(/package\.json$/, "bin/tsc");
  return project
    .run("node", [tsc, "--pretty", "false", "-p", config])
    .catch((error: Error) => error.message.slice(0, 3000));
}

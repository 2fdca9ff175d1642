/** Do the packages run in Node.js, as ES modules and through `require`? */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Project, createProject } from "./project.ts";
import { expectedOutput, moduleOf, stepOf } from "./programs.ts";
import { engines, packages } from "./packages.ts";

let project: Project;
beforeAll(async () => {
  project = await createProject("node", [...packages.map(({ name }) => name), "onnxruntime-web"]);
});
afterAll(() => project.remove());

/** WebGL in Node.js needs the package gl, which is not installed here. */
const here = engines.filter((engine) => engine !== "gpu");

test.each(here)("%s in an ES module", async (engine) => {
  project.write(`${engine}.mjs`, moduleOf(engine));
  expect(await project.run("node", [`${engine}.mjs`])).toBe(`${expectedOutput}\n`);
});

test.each(here)("%s through require", async (engine) => {
  project.write(
    `${engine}.cjs`,
    `const { compile, valueAndGrad } = require("@symloss/core");
const { ${engine} } = require("@symloss/engine-${engine}");
const { huber } = require("@symloss/losses");
(async () => {${stepOf(engine)}})().then((text) => console.log(text));`,
  );
  expect(await project.run("node", [`${engine}.cjs`])).toBe(`${expectedOutput}\n`);
});

test("gpu says what it misses", async () => {
  project.write("gpu.mjs", moduleOf("gpu"));
  await expect(project.run("node", ["gpu.mjs"])).rejects.toThrow(/EngineUnavailableError: gpu: .*gl/s);
});

test("every entry can be imported and required, and gives the same", async () => {
  const entries = packages.flatMap(({ entries: ofPackage }) => ofPackage);
  project.write(
    "entries.mjs",
    `import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
for (const entry of ${JSON.stringify(entries)}) {
  const imported = Object.keys(await import(entry));
  const required = Object.keys(require(entry)).filter((name) => name !== "__esModule");
  if (imported.length === 0) throw new Error(entry + " must export something, got nothing.");
  if (imported.join() !== required.join()) throw new Error(entry + " must be the same, got " + required);
}
console.log("same");`,
  );
  expect(await project.run("node", ["--no-warnings", "entries.mjs"])).toBe("same\n");
});

test("the conformance suite runs on an engine from elsewhere", async () => {
  project.write(
    "suite.mjs",
    `import { conformanceCases, runCase } from "@symloss/conformance";
import { cpu } from "@symloss/engine-cpu";
const engine = await cpu();
const cases = conformanceCases(engine, { createEngine: cpu }).filter(({ name }) => name.includes("huber"));
for (const one of cases) await runCase(one, engine);
console.log(cases.length > 0);`,
  );
  expect(await project.run("node", ["suite.mjs"])).toBe("true\n");
});

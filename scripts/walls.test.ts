import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findTopLevelAwaits, findViolations } from "./walls.mjs";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "symloss-walls-"));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

/** Writes packages/<path> for every path, and a manifest for every package. */
function repository(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, "packages", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    writeFileSync(join(root, "packages", path.split("/")[0] as string, "package.json"), "{}");
  }
}

/** The violations as `file:line specifier`. */
function found(): string[] {
  return findViolations(root).map(({ file, line, specifier }) => `${file}:${line} ${specifier}`);
}

test("imports inside the walls are let through", () => {
  repository({
    "core/src/index.ts": `export * from "./tensor/tensor.ts";\n`,
    "core/src/tensor/tensor.ts": `import type { Shape } from "../array/shape.ts";\nimport "./operand.ts";\n`,
    "losses/src/huber.ts": `import { where } from "@symloss/core";\n`,
    "engine-cpu/src/engine.ts": `import type { Engine } from "@symloss/core/engine";\nimport "@symloss/loops";\n`,
    "engine-gpu/src/gpu-js.ts": `export const load = () => import("gpu.js");\n`,
    "engine-onnx/src/session.ts": `export const again = (n: number) => import(\`\${import.meta.resolve("onnxruntime-web/wasm")}?\${n}\`);\n`,
    "cli/src/main.ts": `import { readFile } from "node:fs/promises";\n`,
  });
  expect(found()).toEqual([]);
});

describe("an import through a wall is found", () => {
  test.each([
    ["core, an engine", "core", `import { cpu } from "@symloss/engine-cpu";`],
    ["core, an npm package", "core", `import clamp from "clamp";`],
    ["core, a node module", "core", `import { readFileSync } from "node:fs";`],
    ["losses, an engine", "losses", `import { cpu } from "@symloss/engine-cpu";`],
    ["an engine, another engine", "engine-cpu", `import "@symloss/engine-wasm";`],
    ["conformance, an engine", "conformance", `import "@symloss/engine-cpu";`],
    ["an engine, a runtime of another", "engine-cpu", `import "gpu.js";`],
    ["a relative way out", "losses", `import { where } from "../../core/src/index.ts";`],
    ["a folder that only begins alike", "losses", `import "../../src-other/index.ts";`],
    ["a package without a row", "surprise", `import "@symloss/core";`],
    ["a type", "losses", `import type { Engine } from "@symloss/engine-cpu";`],
    ["a type in place", "losses", `export type E = import("@symloss/engine-cpu").Engine;`],
    ["types by reference", "core", `/// <reference types="node" />`],
    ["a re-export", "losses", `export { cpu } from "@symloss/engine-cpu";`],
    ["a re-export of all", "losses", `export * from "@symloss/engine-cpu";`],
    ["a dynamic import", "losses", `export const later = () => import("@symloss/engine-cpu");`],
    ["a computed import", "losses", `export const later = (name: string) => import(name);`],
    ["another instance", "losses", 'export const again = import(`${import.meta.resolve("@symloss/engine-cpu")}?2`);'],
    [
      "a way from an address",
      "losses",
      'export const near = import(`${import.meta.resolve("@symloss/core")}/../a.js`);',
    ],
  ])("%s", (_, packageName, line) => {
    repository({ [`${packageName}/src/tensor/file.ts`]: `export const first = 1;\n${line}\n` });
    expect(findViolations(root)).toMatchObject([{ file: `packages/${packageName}/src/tensor/file.ts`, line: 2 }]);
  });
});

test.each([
  ["a node module", "web/urls.ts", `import "node:fs";`, false],
  ["a folder that needs Node.js", "formats/npy.ts", `import "../files/npz.ts";`, false],
  ["a node module, beside the folders", "source.ts", `import "node:fs";`, false],
  ["a node module, where it may be", "files/npz.ts", `import "node:fs";`, true],
  ["a folder for browsers, from one for Node.js", "files/npz.ts", `import "../formats/npy.ts";`, true],
])("what runs in browsers needs no Node.js: %s", (_, file, line, isFine) => {
  repository({ [`evaluation/src/${file}`]: line });
  const why = "only bullmq/, files/, workers/ of evaluation need Node.js: the rest runs in browsers too";
  expect(findViolations(root).map((violation) => violation.why)).toEqual(isFine ? [] : [why]);
});

describe("inside a package imports point downwards", () => {
  test.each([
    ["a folder above", "tensor/tensor.ts", "../graph/graph.ts", "tensor/ stands below graph/"],
    ["a file beside the folders", "array/shape.ts", "../index.ts", "array/ stands below the files beside it"],
    [
      "a folder without a place",
      "tensor/tensor.ts",
      "../attic/old.ts",
      "attic/ has no place among the folders of core",
    ],
    ["a file in a folder without a place", "attic/old.ts", "../array/shape.ts", "attic/ has no place"],
  ])("%s", (_, file, specifier, why) => {
    repository({ [`core/src/${file}`]: `import type { X } from "${specifier}";\n` });
    expect(findViolations(root)).toEqual([
      { file: `packages/core/src/${file}`, line: 1, specifier, why: expect.stringContaining(why) },
    ]);
  });
});

test("comments, strings and tests import nothing", () => {
  repository({
    "core/src/index.ts": `// import "a";\n/* import "b"; */\nexport const text = 'import "c"; // import("d")';\n`,
    "core/src/index.test.ts": `import { cpu } from "@symloss/engine-cpu";\n`,
  });
  expect(found()).toEqual([]);
});

test("a heavy runtime has one file", () => {
  repository({
    "engine-gpu/src/a.ts": `import type { GPU } from "gpu.js";\nexport const load = () => import("gpu.js");\n`,
    "engine-gpu/src/b.ts": `import type { GPU } from "gpu.js";\n`,
    "engine-gpu/src/engine.test.ts": `import { GPU } from "gpu.js";\n`,
  });
  expect(found()).toEqual(["packages/engine-gpu/src/b.ts:1 gpu.js"]);
});

test("the program prints each violation and exits 1", () => {
  repository({ "core/src/index.ts": `export {};\nimport "node:fs";\n` });
  const here = resolve(import.meta.dirname);
  cpSync(here, join(root, "scripts"), { recursive: true });
  symlinkSync(resolve(here, "../node_modules"), join(root, "node_modules"), "junction");

  const { status, stderr } = spawnSync(process.execPath, [join(root, "scripts/walls.mjs")], { encoding: "utf8" });
  expect(stderr).toBe('packages/core/src/index.ts:2 imports "node:fs": core may import nothing of others\n');
  expect(status).toBe(1);
});

test("a top-level await is found, but in a program, and none in a function", () => {
  repository({
    "core/src/index.ts": `const later = async () => await 1;\nexport const one = await later();\n`,
    "core/src/list.ts": `for await (const one of []) one;\nexport async function all() {\n  for await (const one of []) await one;\n}\n`,
    "core/src/class.ts": `export class Late {\n  async get() {\n    return await 1;\n  }\n}\n`,
    "cli/src/main.ts": `await import("./program.ts");\n`,
  });
  const found = findTopLevelAwaits(root).map(({ file, line }) => `${file}:${line}`);
  expect(found).toEqual(["packages/core/src/index.ts:2", "packages/core/src/list.ts:1"]);
});

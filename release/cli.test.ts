/** Does npx run the command line as its README says? */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Project, createProject } from "./project.ts";

let project: Project;
beforeAll(async () => {
  project = await createProject("cli", []);
});
afterAll(() => project.remove());

/** Runs npx as it is on a machine that never did, and returns what it prints and the packages that it installed. */
async function npx(words: string): Promise<{ printed: string; installed: string[] }> {
  const cache = join(project.folder, `npx-${words.replaceAll(/\W+/g, "-")}`);
  const printed = await project.run("npx", ["--yes", ...words.split(" ")], { npm_config_cache: cache });
  const [folder] = readdirSync(join(cache, "_npx"));
  const { packages } = JSON.parse(readFileSync(join(cache, "_npx", folder!, "package-lock.json"), "utf8")) as {
    packages: Record<string, unknown>;
  };
  const installed = Object.keys(packages).flatMap((path) => path.split("node_modules/").slice(1));
  return { printed, installed };
}

const readme = readFileSync(fileURLToPath(new URL("../packages/cli/README.md", import.meta.url)), "utf8");

/** The words after npx, which the README must have. */
function documented(words: string): string {
  expect(readme).toContain(`npx ${words}\n`);
  return words;
}

test("export installs no runtime", async () => {
  const words = "@symloss/cli export huber --delta 0.5 --shape batch,10 --gradient predictions -o huber.onnx";
  const { printed, installed } = await npx(documented(words));
  expect(printed).toMatch(/^huber\.onnx: \d+ bytes\n$/);
  expect(existsSync(join(project.folder, "huber.onnx"))).toBe(true);
  expect(installed.toSorted()).toEqual([
    "@symloss/cli",
    "@symloss/core",
    "@symloss/engine-onnx",
    "@symloss/losses",
    "munkres",
  ]);
});

test("engines tries those that are given beside it", async () => {
  const { printed } = await npx(documented("-p @symloss/cli -p onnxruntime-web symloss engines"));
  expect(printed).toMatch(/^onnx {2}works: /m);
  expect(printed).toMatch(/^cpu {3}is not installed: npm install @symloss\/engine-cpu$/m);
});

/** Do bundlers make something small and right of huber on cpu? It holds no other loss and no other engine, and it runs. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "@symloss/browser/launch";
import { serve } from "@symloss/browser/serve";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packages } from "./packages.ts";
import { type Project, createProject } from "./project.ts";
import { expectedOutput, moduleOf } from "./programs.ts";

let project: Project;
beforeAll(async () => {
  // All packages are there, so that a bundle leaves the others out because nothing needs them.
  project = await createProject(
    "bundles",
    packages.map(({ name }) => name),
  );
});
afterAll(() => project.remove());

interface Bundle {
  readonly folder: string;
  readonly modules: readonly string[];
}

async function bundle(bundler: string): Promise<Bundle> {
  const folder = `${bundler}/`;
  project.write(
    `${folder}main.js`,
    moduleOf("cpu").replace("console.log(text)", "(globalThis.printed = text, console.log(text))"),
  );
  project.write(
    `${folder}index.html`,
    `<!doctype html><title>huber</title><script type="module" src="./main.js"></script>`,
  );
  const script = fileURLToPath(new URL(`bundlers/${bundler}.mjs`, import.meta.url));
  const printed = await project.run("node", [
    "-e",
    `process.chdir(${JSON.stringify(folder)}); import(${JSON.stringify(script)})`,
  ]);
  const modules = JSON.parse(printed.trim().split("\n").at(-1)!) as string[];
  return { folder: join(project.folder, bundler, "dist"), modules: modules.map((name) => name.replaceAll("\\", "/")) };
}

/** The file of each loss: the one that declares the constant of its name. */
async function lossModules(): Promise<ReadonlyMap<string, string>> {
  const listing = `import { losses } from "@symloss/losses"; console.log(JSON.stringify(Object.keys(losses)))`;
  const names = JSON.parse(await project.run("node", ["--input-type=module", "-e", listing])) as string[];
  const dist = join(project.folder, "node_modules/@symloss/losses/dist");
  const files = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".js"));
  const declared = files.flatMap((file) =>
    [...readFileSync(join(dist, file), "utf8").matchAll(/^export const (\w+) = /gm)].map(
      ([, name]) => [name!, `@symloss/losses/dist/${file.replaceAll("\\", "/")}`] as const,
    ),
  );
  const modules = new Map(declared.filter(([name]) => names.includes(name)));
  expect([...modules.keys()].toSorted()).toEqual(names.toSorted());
  return modules;
}

async function expectOnlyHuberOnCpu(modules: readonly string[]): Promise<void> {
  const contains = (part: string): boolean => modules.some((module) => module.includes(part));
  const losses = await lossModules();
  expect([...losses].filter(([, file]) => contains(file)).map(([name]) => name)).toEqual(["huber"]);
  const needed = ["core", "engine-cpu", "loops", "losses"];
  expect(packages.map(({ folder }) => folder).filter((folder) => contains(`@symloss/${folder}/`))).toEqual(needed);
  const others = modules.filter(
    (module) => module.includes("node_modules/") && !module.includes("node_modules/@symloss/"),
  );
  expect(others).toEqual([]);
}

test.each(["esbuild", "webpack"])("%s", async (bundler) => {
  const { folder, modules } = await bundle(bundler);
  await expectOnlyHuberOnCpu(modules);
  project.write(`${bundler}/dist/package.json`, `{ "type": "module" }`);
  expect(await project.run("node", [join(folder, "main.js")])).toBe(`${expectedOutput}\n`);
});

test("Vite, in a browser", async () => {
  const { folder, modules } = await bundle("vite");
  await expectOnlyHuberOnCpu(modules);
  expect(readFileSync(join(folder, "index.html"), "utf8")).toContain("./assets/");
  const server = await serve({ folders: { "/": folder } });
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", ({ message }) => errors.push(message));
    await page.goto(server.origin);
    const printed = await page
      .waitForFunction("globalThis.printed", undefined, { timeout: 30_000 })
      .catch((error: unknown) => {
        throw new Error(`${String(error)}\n${errors.join("\n")}`);
      });
    expect(await printed.jsonValue()).toBe(expectedOutput);
  } finally {
    await browser.close();
    await server.close();
  }
});

/** Do Bun and Deno install the packages and run them? */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Project, createProject, ofRelease } from "./project.ts";
import { expectedOutput, moduleOf } from "./programs.ts";

const names = ["core", "losses", "engine-cpu", "engine-wasm", "engine-onnx"].map((name) => `@symloss/${name}`);

const runtimes = [
  { runtime: "bun", install: ["add"], run: ["run"], versions: [...names, "onnxruntime-web"] },
  {
    runtime: "deno",
    install: ["add", "--minimum-dependency-age=0"],
    run: ["run", "--allow-all"],
    versions: [...names, "onnxruntime-web"].map((name) => `npm:${name}`),
  },
];

describe.each(runtimes)("$runtime", ({ runtime, install, run, versions }) => {
  const program = join(dirname(ofRelease(`${runtime}/package.json`)), "..", ".bin", runtime);
  let project: Project;
  beforeAll(async () => {
    project = await createProject(runtime, []);
    const registry = process.env["npm_config_registry"]!;
    project.write(".npmrc", `registry=${registry}\n`);
    project.write("bunfig.toml", `[install]\nregistry = "${registry}"\ncache = "${join(project.folder, "cache")}"\n`);
    await project.run(program, [...install, ...versions], { DENO_DIR: join(project.folder, "cache") });
  });
  afterAll(() => project.remove());

  test.each(["cpu", "wasm", "onnx"])("%s", async (engine) => {
    project.write(`${engine}.mjs`, moduleOf(engine));
    expect(existsSync(program)).toBe(true);
    expect(await project.run(program, [...run, `${engine}.mjs`], { DENO_DIR: join(project.folder, "cache") })).toBe(
      `${expectedOutput}\n`,
    );
  });
});

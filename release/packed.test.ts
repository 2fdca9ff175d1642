/** Are the published files those that are meant to be there? */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packages } from "./packages.ts";
import { type Project, createProject } from "./project.ts";

/** In every package. */
const usual = /^(package\.json|README\.md|LICENSE|src\/.+\.ts|dist\/.+\.(js|d\.ts)(\.map)?)$/;

/** In some. */
const special: Readonly<Record<string, RegExp>> = {
  losses: /^LOSSES\.md$/,
  conformance:
    /^(goldens\/README\.md|goldens\/(index|kinks|published)\.json|goldens\/packed\/\w+\.json|load-golden\.(js|d\.ts))$/,
  "engine-gpu": /^dist\/vendor\/(LICENSES\.txt|gpu-(node|browser)\.js)$/,
};

const unwanted = /\.(test|spec)\.|__\w+__|tsbuildinfo|\.snap$/;

let project: Project;
beforeAll(async () => {
  project = await createProject(
    "packed",
    packages.map(({ name }) => name),
  );
});
afterAll(() => project.remove());

describe.each(packages)("$folder", ({ name, folder }) => {
  const path = (): string => join(project.folder, "node_modules", name);
  const files = (): string[] =>
    readdirSync(path(), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(path().length + 1)
          .replaceAll("\\", "/"),
      );

  test("holds nothing else", () => {
    const odd = files().filter((file) => unwanted.test(file) || !(usual.test(file) || special[folder]?.test(file)));
    expect(odd).toEqual([]);
  });

  test("has its manifest, its licence, its text, and each source with all that was compiled from it", () => {
    const names = files();
    const sources = names.filter((file) => file.startsWith("src/")).map((file) => file.slice(4, -3));
    expect(sources.length).toBeGreaterThan(0);
    const compiled = sources.flatMap((source) =>
      [".js", ".js.map", ".d.ts", ".d.ts.map"].map((end) => `dist/${source}${end}`),
    );
    const wanted = ["package.json", "README.md", "LICENSE", ...compiled];
    expect(wanted.filter((file) => !names.includes(file))).toEqual([]);
    const ofSources = names.filter((file) => file.startsWith("dist/") && !file.startsWith("dist/vendor/"));
    expect(ofSources.filter((file) => !compiled.includes(file))).toEqual([]);
  });

  test("holds no large file twice", () => {
    const contents = files()
      .map((file) => readFileSync(join(path(), file)))
      .filter(({ length }) => length > 2000);
    const digests = contents.map((content) => createHash("sha256").update(content).digest("hex"));
    expect(digests.length - new Set(digests).size).toBe(0);
  });

  test("depends on ours in the version that it has itself", () => {
    const { version, dependencies = {} } = JSON.parse(readFileSync(join(path(), "package.json"), "utf8")) as {
      version: string;
      dependencies?: Record<string, string>;
    };
    const ranges = Object.entries(dependencies).filter(([dependency]) => dependency.startsWith("@symloss/"));
    expect(ranges.filter(([, range]) => range !== `^${version}`)).toEqual([]);
  });
});

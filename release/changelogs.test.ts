/** Do the changesets become changelogs that can be read, and the versions of all packages one? */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packages } from "./packages.ts";
import { releaseFolder } from "./project.ts";

/** The copy in which the changesets were applied. */
const repository = join(releaseFolder, "repository");

const textOf = (path: string): string => readFileSync(join(repository, path), "utf8");
const versionOf = (folder: string): string =>
  (JSON.parse(textOf(`${folder}/package.json`)) as { version: string }).version;

test("all packages have one version", () => {
  const versions = packages.map(({ folder }) => versionOf(`packages/${folder}`));
  expect(new Set(versions).size).toBe(1);
});

test("no change is left over, and apps, which nobody installs, are not released", () => {
  const left = readdirSync(join(repository, ".changeset")).filter((name) => name.endsWith(".md"));
  expect(left).toEqual(["README.md"]);
  const logs = readdirSync(join(repository, "apps")).filter((app) =>
    existsSync(join(repository, "apps", app, "CHANGELOG.md")),
  );
  expect(logs).toEqual([]);
});

describe.each(packages)("the changelog of $folder", ({ name, folder }) => {
  test("says what is new, and nothing of commits", () => {
    const text = textOf(`packages/${folder}/CHANGELOG.md`);
    const [title, version] = text.split("\n").filter((line) => line.startsWith("#"));
    expect([title, version]).toEqual([`# ${name}`, `## ${versionOf(`packages/${folder}`)}`]);
    expect(text).toMatch(/^- \S/m);
    expect(text).not.toMatch(/^- [0-9a-f]{7}\b/m);
    expect(text).not.toContain("Updated dependencies");
  });
});

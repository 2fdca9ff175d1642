// Which folders hold the repository's packages and apps?
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The folders right under `parent` ("packages", "apps") that hold a package, each with its manifest. */
export function workspacesIn(parent) {
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .map((name) => ({ name, folder: join(parent, name), manifestPath: join(parent, name, "package.json") }))
    .filter(({ manifestPath }) => existsSync(manifestPath))
    .map(({ name, folder, manifestPath }) => ({
      name,
      folder,
      manifest: JSON.parse(readFileSync(manifestPath, "utf8")),
    }));
}

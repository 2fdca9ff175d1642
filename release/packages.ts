/** Which packages are published? Those of packages/, by their manifests. */
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface Package {
  /** "@symloss/engine-cpu" */
  readonly name: string;
  /** "engine-cpu" */
  readonly folder: string;
  /** What can be imported: "@symloss/core", "@symloss/core/engine". */
  readonly entries: readonly string[];
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports: Readonly<Record<string, unknown>>;
}

const root = fileURLToPath(new URL("../packages/", import.meta.url));

export const packages: readonly Package[] = readdirSync(root).flatMap((folder) => {
  const {
    name,
    private: hidden,
    exports,
  } = JSON.parse(readFileSync(`${root}${folder}/package.json`, "utf8")) as Manifest;
  const entries = Object.keys(exports).filter((entry) => entry !== "./package.json");
  return hidden === true ? [] : [{ name, folder, entries: entries.map((entry) => `${name}${entry.slice(1)}`) }];
});

/** The engines, by the name of the function that makes each: "cpu". */
export const engines: readonly string[] = packages
  .filter(({ folder }) => folder.startsWith("engine-"))
  .map(({ folder }) => folder.slice("engine-".length));

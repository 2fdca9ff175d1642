/** Which packages are published? Those of packages/, by their manifests. */
import { fileURLToPath } from "node:url";
import { workspacesIn } from "../scripts/workspaces.mjs";

export interface Package {
  /** "@symloss/engine-cpu" */
  readonly name: string;
  /** "engine-cpu" */
  readonly folder: string;
  /** What can be imported: "@symloss/core", "@symloss/core/engine". */
  readonly entries: readonly string[];
}

interface Workspace {
  readonly name: string;
  readonly manifest: {
    readonly name: string;
    readonly private?: boolean;
    readonly exports: Readonly<Record<string, unknown>>;
  };
}

const workspaces: readonly Workspace[] = workspacesIn(fileURLToPath(new URL("../packages/", import.meta.url)));

export const packages: readonly Package[] = workspaces
  .filter(({ manifest }) => manifest.private !== true)
  .map(({ name: folder, manifest: { name, exports } }) => {
    const entries = Object.keys(exports).filter((entry) => entry !== "./package.json");
    return { name, folder, entries: entries.map((entry) => `${name}${entry.slice(1)}`) };
  });

/** The engines, by the name of the function that makes each: "cpu". */
export const engines: readonly string[] = packages
  .filter(({ folder }) => folder.startsWith("engine-"))
  .map(({ folder }) => folder.slice("engine-".length));

/** What can be imported from the packages that are published? */
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { packageOrder } from "../guides.ts";
import { root } from "../repository.ts";

/** An entry of a package. */
export interface EntryPoint {
  /** `@symloss/core/engine` */
  readonly name: string;
  /** `packages/core/src/engine.ts` */
  readonly file: string;
  /** `core-engine`, the folder of its pages. */
  readonly folder: string;
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

/** Every entry of every package, as its manifest says. */
export const entryPoints: readonly EntryPoint[] = packageOrder.flatMap((folder) => {
  const manifest = JSON.parse(readFileSync(join(root, "packages", folder, "package.json"), "utf8")) as Manifest;
  if (manifest.private === true) return [];
  return Object.entries(manifest.exports).flatMap(([path, conditions]) => {
    const source = typeof conditions === "string" ? undefined : conditions["@symloss/source"];
    if (source === undefined) return [];
    const name = posix.join(manifest.name, path);
    return [
      {
        name,
        file: posix.join("packages", folder, source),
        folder: name.replace("@symloss/", "").replaceAll("/", "-"),
      },
    ];
  });
});

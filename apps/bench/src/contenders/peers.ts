/** Where do peers come from? A folder with a lock file of its own, which is installed when they are first asked for. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Failure } from "../failure.ts";

/** The folder of the peers, from this file in src or in dist. */
const folder = new URL("../../peers/", import.meta.url);
/** What the tests on native runtimes have installed serves as well. */
const nativeFolder = new URL("../../../../native/", import.meta.url);

/** What the folder holds once it is installed, in megabytes. */
const installedMegabytes = 600;

/** Installs the peers unless they are there, and says so; throws `Failure` if npm fails. */
export function installPeers(say: (line: string) => void): void {
  if (isInstalled()) return;
  const list = Object.entries(versionsAsked())
    .map(([name, version]) => `${name} ${version}`)
    .join(", ");
  say(`Installing the peers into ${fileURLToPath(folder)}, once: ${list} (about ${installedMegabytes} MB on disk).`);
  const { status, stderr, error } = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], {
    cwd: fileURLToPath(folder),
    encoding: "utf8",
    // On Windows npm is a script, which only a shell runs.
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    throw new Failure(
      `The peers did not install: ${error?.message ?? (stderr.trim() || `status ${status}`)}. Without --peers nothing is installed.`,
    );
  }
}

/** Whether every peer is there, in the version that is asked for. */
export function isInstalled(): boolean {
  return Object.entries(versionsAsked()).every(([name, version]) => installedVersion(name, folder) === version);
}

/** The peers' packages and the version of each. */
function versionsAsked(): Readonly<Record<string, string>> {
  const { dependencies } = JSON.parse(readFileSync(new URL("package.json", folder), "utf8")) as {
    dependencies: Record<string, string>;
  };
  return dependencies;
}

function installedVersion(name: string, where: URL): string | undefined {
  const file = new URL(`node_modules/${name}/package.json`, where);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version : undefined;
}

/** A module of a peer, as its types at the seam say, and its version; throws `Failure` if it is not installed. */
export async function importPeer<Module>(name: string): Promise<{ module: Module; version: string }> {
  const where = [folder, nativeFolder].find((one) => installedVersion(name, one) !== undefined);
  if (where === undefined) {
    throw new Failure(`${name} must be installed, got none. Any run with --peers installs it.`);
  }
  const path = createRequire(where).resolve(name);
  const imported = (await import(pathToFileURL(path).href)) as Module & { readonly default?: Module };
  // What is CommonJS may name its exports on the default alone.
  return { module: imported.default ?? imported, version: installedVersion(name, where)! };
}

/** The folder of a peer's files. */
export function folderOf(name: string): string {
  return fileURLToPath(new URL(`node_modules/${name}/`, folder));
}

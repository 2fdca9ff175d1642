// Is what we would publish right? Asks publint and attw about every public package, and looks for what they do not.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { workspacesIn } from "./workspaces.mjs";

/** What tsc writes for one source file; anything else in dist (a JSON file, say) is a copy of its source. */
const emitted = /\.(js|js\.map|d\.ts|d\.ts\.map)$/;

/** What others have written, which a script puts into dist. */
const vendored = /^vendor[\\/]/;

/** Files of dist whose source is gone: tsc leaves them there, and they would be published. */
function staleOutput(folder) {
  const dist = join(folder, "dist");
  return readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".tsbuildinfo"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !vendored.test(relative(dist, path)))
    .filter((path) => !existsSync(join(folder, "src", relative(dist, path).replace(emitted, ".ts"))));
}

/** What neither tool looks for. */
function complaints({ name, folder, manifest }) {
  if (!existsSync(join(folder, "dist"))) return ["is not built: npm run build"];
  const stale = staleOutput(folder).map((path) => `${path} has no source any more: npm run clean && npm run build`);
  const homeless = misplaced(name, manifest);
  return existsSync(join(folder, "LICENSE"))
    ? [...stale, ...homeless]
    : [...stale, ...homeless, "has no LICENSE file: copy the root's"];
}

/** Where a manifest does not say of its repository what follows from the root's: npm refuses provenance for another. */
function misplaced(name, manifest) {
  const { repository } = JSON.parse(readFileSync("package.json", "utf8"));
  const wanted = {
    homepage: `${repository}/tree/main/packages/${name}#readme`,
    bugs: `${repository}/issues`,
    repository: { type: "git", url: `git+${repository}.git`, directory: `packages/${name}` },
  };
  return Object.entries(wanted)
    .map(([field, value]) => [field, JSON.stringify(value), JSON.stringify(manifest[field])])
    .filter(([, want, got]) => want !== got)
    .map(([field, want, got]) => `${field} in its package.json must be ${want}, got ${got}`);
}

/** What Node.js says of a package that CommonJS can't load, or nothing. */
function refusedByRequire(name) {
  const { status, stderr } = spawnSync(process.execPath, ["-e", `require(${JSON.stringify(name)})`], {
    encoding: "utf8",
  });
  return status === 0 ? [] : [`require("${name}") fails\n${stderr}`];
}

/** What the tool prints when it refuses, or nothing. */
function refusal(command, args) {
  // A shell finds the tool's .cmd file on Windows; every argument is a path or an option of our own.
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  return status === 0 ? [] : [`${command} refuses it\n${stdout ?? ""}${stderr ?? ""}${error ?? ""}`];
}

let failed = false;
for (const workspace of workspacesIn("packages").filter(({ manifest }) => !manifest.private)) {
  const { folder, manifest } = workspace;
  const found = [
    ...complaints(workspace),
    ...refusedByRequire(manifest.name),
    ...refusal("publint", ["--strict", folder]),
    ...refusal("attw", ["--pack", folder, "--profile", "esm-only"]),
  ];
  for (const complaint of found) console.error(`${manifest.name}: ${complaint}`);
  if (found.length === 0) console.log(`${manifest.name}: ready to publish`);
  failed ||= found.length > 0;
}
process.exit(failed ? 1 : 0);

// Is what we would publish right? Asks publint and attw about every public package, and looks for what they do not.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
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
function complaints(folder) {
  if (!existsSync(join(folder, "dist"))) return ["is not built: npm run build"];
  const stale = staleOutput(folder).map((path) => `${path} has no source any more: npm run clean && npm run build`);
  return existsSync(join(folder, "LICENSE")) ? stale : [...stale, "has no LICENSE file: copy the root's"];
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
for (const { folder, manifest } of workspacesIn("packages").filter((workspace) => !workspace.manifest.private)) {
  const found = [
    ...complaints(folder),
    ...refusedByRequire(manifest.name),
    ...refusal("publint", ["--strict", folder]),
    ...refusal("attw", ["--pack", folder, "--profile", "esm-only"]),
  ];
  for (const complaint of found) console.error(`${manifest.name}: ${complaint}`);
  if (found.length === 0) console.log(`${manifest.name}: ready to publish`);
  failed ||= found.length > 0;
}
process.exit(failed ? 1 : 0);

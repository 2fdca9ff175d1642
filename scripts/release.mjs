// Builds from nothing, checks, and publishes every package that has a version which the registry lacks:
//   npm run release
// It publishes only in GitHub's workflow (.github/workflows/release.yml), whose identity npm signs as the provenance; elsewhere it ends with
// what would be published.
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { workspacesIn } from "./workspaces.mjs";

const root = resolve(import.meta.dirname, "..");
const inWorkflow = process.env.GITHUB_ACTIONS === "true";

npm("run", "clean");
npm("run", "check");
if (inWorkflow) npm("exec", "--", "changeset", "publish");
else {
  const published = workspacesIn(join(root, "packages")).filter(({ manifest }) => !manifest.private);
  npm("pack", "--dry-run", ...published.map(({ name }) => `--workspace=packages/${name}`));
  console.log("release: this is what would be published. Only the workflow release.yml publishes.");
}

function npm(...words) {
  // On Windows npm is a script, which needs a shell.
  const { status } = spawnSync("npm", words, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
  if (status === 0) return;
  console.error(`release: npm ${words.join(" ")} must succeed, got ${status}. Nothing was published after it.`);
  process.exit(1);
}

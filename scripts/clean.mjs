// Removes what builds leave behind, the build cache included: a cached build keeps the output of sources that are gone.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { workspacesIn } from "./workspaces.mjs";

const folders = [...workspacesIn("packages"), ...workspacesIn("apps")].map(({ folder }) => folder);
const leftovers = folders.flatMap((folder) => ["dist", ".turbo"].map((name) => join(folder, name)));

for (const path of [...leftovers, ".turbo"]) rmSync(path, { recursive: true, force: true });

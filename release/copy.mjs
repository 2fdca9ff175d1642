// What is a copy of the repository? All that git knows or would add, as it is now, with the packages that are installed here.
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { workspacesIn } from "../scripts/workspaces.mjs";

/** Copies the repository to `copy`, a repository of its own with one commit; `inCopy` runs a command there. */
export async function copyRepository(root, copy, inCopy) {
  mkdirSync(copy, { recursive: true });
  const listed = await inCopy("git", ["-C", root, "ls-files", "--cached", "--others", "--exclude-standard", "-z"]);
  for (const file of listed.split("\0").filter((name) => name !== "" && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file));
  }
  linkModules(root, copy);
  await inCopy("git", ["init", "--quiet"]);
  await inCopy("git", ["add", "--all"]);
  const author = ["-c", "user.name=release", "-c", "user.email=release@localhost", "-c", "commit.gpgsign=false"];
  await inCopy("git", [...author, "commit", "--quiet", "--no-verify", "--message", "Everything"]);
}

/** The installed packages of others as they are, and ours as those of the copy. */
function linkModules(root, copy) {
  const [from, to] = [root, copy].map((folder) => join(folder, "node_modules"));
  mkdirSync(join(to, "@symloss"), { recursive: true });
  for (const name of readdirSync(from).filter((one) => one !== "@symloss"))
    symlinkSync(join(from, name), join(to, name));
  for (const { folder, manifest } of ["packages", "apps"].flatMap((parent) => workspacesIn(join(copy, parent)))) {
    const link = join(to, manifest.name);
    symlinkSync(relative(dirname(link), folder), link, "junction");
  }
}

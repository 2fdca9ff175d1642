/** Where is a file of the repository on the site, or else on the web? */
import { existsSync, statSync } from "node:fs";
import { basename, join, posix } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const root: string = fileURLToPath(new URL("../../..", import.meta.url));

const home = "https://github.com/symloss/symloss";

/** The address of the repository. */
export const repositoryAddress: string = home;

/** The address of a file or folder on the web, at a line of it. */
export function sourceAddress(file: string, line?: number): string {
  const kind = statSync(join(root, file)).isDirectory() ? "tree" : "blob";
  return `${home}/${kind}/main/${file}${line === undefined ? "" : `#L${line}`}`;
}

/** Where what a link in a file of the repository leads to is on the site. Throws if the file is not there. */
export function addressOf(link: string, from: string): string {
  if (/^[a-z]+:/.test(link)) return link;
  const [path = "", anchor] = link.split("#", 2);
  const file = path === "" ? from : posix.normalize(posix.join(posix.dirname(from), path)).replace(/\/$/, "");
  if (!existsSync(join(root, file))) throw new Error(`${from}: a link must lead to a file, got ${link}.`);
  const address = siteAddress(file);
  if (address === undefined) return sourceAddress(file) + hash(anchor);
  // Every loss has a page of its own, which was a part of the file.
  if (file.endsWith("/LOSSES.md") && anchor !== undefined) return `/losses/${anchor}.html`;
  return address + hash(anchor);
}

function hash(anchor: string | undefined): string {
  return anchor === undefined ? "" : `#${anchor}`;
}

function siteAddress(file: string): string | undefined {
  const name = basename(file, ".md");
  if (file === "README.md") return "/index.html";
  if (file === "docs/decisions") return "/decisions/index.html";
  if (file === "packages/losses/LOSSES.md") return "/losses/index.html";
  if (/^docs\/figures\/[^/]+$/.test(file)) return `/figures/${basename(file)}`;
  if (/^docs\/decisions\/[^/]+\.md$/.test(file)) return `/decisions/${name}.html`;
  if (/^docs\/[^/]+\.md$/.test(file)) return `/guides/${name}.html`;
  const [, packageName] = /^packages\/([^/]+)(?:\/README\.md)?$/.exec(file) ?? [];
  return packageName === undefined ? undefined : `/packages/${packageName}.html`;
}

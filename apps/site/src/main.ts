/** How is the site built and looked at from the command line? */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { serve } from "@symloss/browser/serve";
import { brokenLinks } from "./links.ts";
import { type SiteFiles, buildSite } from "./site.ts";

const usualOut = fileURLToPath(new URL("../dist", import.meta.url));

const help = `npm run docs -- [options]

Builds the site into apps/site/dist: any host can serve these files, from any path.

  --base /symloss/     the path under which it will be served, for the page that says that nothing is there; default /
  --out <folder>       build into this folder
  --serve              serve it on this machine, until you press Ctrl-C; npm run docs:preview does that
  --only-serve         serve what was built before
  --without-reference  leave out the reference, which takes the longest
  --help               show this`;

/** Runs the program. */
export async function main(words: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      base: { type: "string", default: "/" },
      out: { type: "string" },
      serve: { type: "boolean", default: false },
      "only-serve": { type: "boolean", default: false },
      "without-reference": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(help);
  const base = `/${values.base.replaceAll(/^\/+|\/+$/g, "")}/`.replace("//", "/");
  const out = resolve(values.out ?? usualOut);
  if (!values["only-serve"]) {
    const files = await buildSite({ base, reference: !values["without-reference"], say: (line) => console.log(line) });
    const broken = values["without-reference"] ? [] : brokenLinks(files);
    if (broken.length > 0)
      throw new Error(`Every link must lead somewhere, got ${broken.length} that don't:\n${broken.join("\n")}`);
    // A folder of the user's may hold more than the site.
    if (values.out === undefined) rmSync(out, { recursive: true, force: true });
    write(files, out);
    console.log(`${files.size} files in ${out}`);
  }
  if (values.serve || values["only-serve"]) await serveUntilStopped(out, base);
}

function write(files: SiteFiles, out: string): void {
  for (const [path, content] of files) {
    const file = join(out, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

async function serveUntilStopped(out: string, base: string): Promise<void> {
  const server = await serve({ folders: { [base]: out } });
  console.log(`Open ${server.origin}${base} in a browser. Ctrl-C ends it.`);
  await new Promise<void>((stopped) => process.once("SIGINT", () => stopped()));
  await server.close();
}

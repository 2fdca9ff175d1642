/** What does the docstring of each loss say? Tables and pages are made from its tags; a bundle has none of it. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** The docstring of a loss, taken apart. */
export interface Documentation {
  /** What it is, up to the first empty line. */
  readonly summary: string;
  /** In TeX. */
  readonly formula?: string;
  readonly source?: string;
  /** What other libraries do otherwise. */
  readonly peers?: string;
  /** What SymJAX does otherwise, from which it comes. */
  readonly seed?: string;
}

const sources = join(import.meta.dirname, "../src");

/** The folders of the families. */
const families = [...readFileSync(join(sources, "families.ts"), "utf8").matchAll(/"\.\/(.+)\/index\.ts"/g)].map(
  ([, folder]) => folder!,
);

/** The text of each file in the folder of a family. */
export const familySources: readonly string[] = families
  .flatMap((family) => readdirSync(join(sources, family)).map((file) => join(sources, family, file)))
  .filter((file) => !file.endsWith(".test.ts"))
  .map((file) => readFileSync(file, "utf8"));

/** What is written of everything that the families export as a constant, by name. */
export const documentation: Readonly<Record<string, Documentation>> = Object.fromEntries(
  familySources.flatMap((source) =>
    [...source.matchAll(/^\/\*\*\n((?: \*.*\n)*?) \*\/\nexport const (\w+):/gm)].map(([, comment, name]) => [
      name!,
      takeApart(comment!),
    ]),
  ),
);

/** A tag goes on in lines that are indented. */
function takeApart(comment: string): Documentation {
  const text = comment.replaceAll(/^ \* ?/gm, "");
  const [summary] = text.split(/\n\n|^@/m);
  const tags = [...text.matchAll(/^@(\w+) (.*(?:\n {2,}.*)*)/gm)].map(([, tag, value]) => [tag!, oneLine(value!)]);
  return { ...Object.fromEntries(tags), summary: oneLine(summary!) } as Documentation;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ").trim();
}

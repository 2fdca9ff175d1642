/** What does the docstring of each loss say? Tables and pages are made from its tags; a bundle has none of it. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** The docstring of a loss, taken apart. */
export interface Documentation {
  /** The folder of its family. */
  readonly family: string;
  /** The file that it stands in, from the folder `src`. */
  readonly file: string;
  /** What it is, up to the first empty line. */
  readonly summary: string;
  /** What follows, up to the first tag, in Markdown: its numbers, where it ends, what it throws. */
  readonly details: string;
  /** In TeX. */
  readonly formula?: string;
  readonly source?: string;
  /** What other libraries do otherwise. */
  readonly peers?: string;
  /** What SymJAX does otherwise, from which it comes. */
  readonly seed?: string;
  /** A call, with its result in a comment. */
  readonly example?: string;
}

const sources = join(import.meta.dirname, "../src");

/** The folders of the families. */
const families = [...readFileSync(join(sources, "families.ts"), "utf8").matchAll(/"\.\/(.+)\/index\.ts"/g)].map(
  ([, folder]) => folder!,
);

/** A file in the folder of a family. */
interface FamilySource {
  readonly family: string;
  readonly file: string;
  readonly text: string;
}

const files: readonly FamilySource[] = families
  .flatMap((family) => readdirSync(join(sources, family)).map((name) => ({ family, file: `${family}/${name}` })))
  .filter(({ file }) => !file.endsWith(".test.ts"))
  .map((one) => ({ ...one, text: readFileSync(join(sources, one.file), "utf8") }));

/** The text of each file in the folder of a family. */
export const familySources: readonly string[] = files.map(({ text }) => text);

/** What is written of everything that the families export as a constant, by name. */
export const documentation: Readonly<Record<string, Documentation>> = Object.fromEntries(
  files.flatMap(({ text, ...place }) =>
    [...text.matchAll(/^\/\*\*\n((?: \*.*\n)*?) \*\/\nexport const (\w+):/gm)].map(([, comment, name]) => [
      name!,
      { ...place, ...takeApart(comment!) },
    ]),
  ),
);

/** A tag goes on in lines that are indented. */
function takeApart(comment: string): Omit<Documentation, "family" | "file"> {
  const text = comment.replaceAll(/^ \* ?/gm, "");
  const [prose] = text.split(/^@/m);
  const [summary, ...details] = prose!.split("\n\n");
  const tags = [...text.matchAll(/^@(\w+) (.*(?:\n {2,}.*)*)/gm)].map(([, tag, value]) => [
    tag!,
    tag === "example" ? value!.replaceAll(/\n */g, "\n") : oneLine(value!),
  ]);
  return { ...Object.fromEntries(tags), summary: oneLine(summary!), details: details.join("\n\n").trim() };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ").trim();
}

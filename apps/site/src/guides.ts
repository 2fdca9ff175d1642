/** Which pages are made of Markdown files, and in which order does the menu list them? */
import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { type Names, findingsOf, renderMarkdown } from "./markdown.ts";
import type { Page } from "./page.ts";
import { addressOf, root } from "./repository.ts";

/** The guides in the order in which they are read, without their endings; a test holds the list to the folder. */
export const guideOrder: Readonly<Record<string, readonly string[]>> = {
  "Use it": [
    "choosing-an-engine",
    "training",
    "weights",
    "logits-or-probabilities",
    "your-own-loss",
    "transforms",
    "synchronous",
    "exporting",
    "evaluation",
    "exactness",
    "evaluation-sources",
    "evaluating-in-threads",
    "evaluating-on-machines",
    "numerics",
  ],
  "Where it runs": ["beside-other-libraries", "workers", "content-security-policy"],
  "Coming from elsewhere": ["from-other-libraries"],
  "Work on it": ["architecture", "adding-a-loss", "adding-an-operation", "adding-an-engine", "sizes"],
};

/** The packages, those first that most need. */
export const packageOrder: readonly string[] = [
  "core",
  "losses",
  "evaluation",
  "engine-wasm",
  "engine-cpu",
  "engine-onnx",
  "engine-gpu",
  "cli",
  "loops",
  "conformance",
];

/** A part of the menu. */
export interface MenuGroup {
  readonly title: string;
  readonly entries: readonly { readonly title: string; readonly address: string }[];
}

/** The names of the Markdown files in a folder. */
export function markdownIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => basename(name, ".md"))
    .toSorted();
}

/** A page for each guide, each package and each decision. */
export function makeGuides(names: Names): readonly Page[] {
  const listed = Object.values(guideOrder).flat();
  const guides = [...listed, ...markdownIn("docs").filter((name) => !listed.includes(name))];
  const files = [
    ...guides.map((name) => `docs/${name}.md`),
    ...packageOrder.map((name) => `packages/${name}/README.md`),
    ...markdownIn("docs/decisions").map((name) => `docs/decisions/${name}.md`),
  ];
  return [...files.map((file) => pageOf(file, names)), decisionsIndex()];
}

/** The menu beside a guide. */
export function guideMenu(): readonly MenuGroup[] {
  const listed = Object.values(guideOrder).flat();
  const rest = markdownIn("docs").filter((name) => !listed.includes(name));
  return [
    ...Object.entries({ ...guideOrder, ...(rest.length > 0 && { More: rest }) }).map(([title, names]) => ({
      title,
      entries: names.map((name) => entryOf(`docs/${name}.md`)),
    })),
    { title: "Packages", entries: packageOrder.map((name) => entryOf(`packages/${name}/README.md`)) },
    { title: "Behind it", entries: [{ title: "Decisions", address: "/decisions/index.html" }] },
  ];
}

function entryOf(file: string): MenuGroup["entries"][number] {
  return { title: titleOf(file), address: addressOf(`/${file}`, "") };
}

/** The first heading of a file. */
function titleOf(file: string): string {
  const [, title] = /^# (.+)$/m.exec(readFileSync(join(root, file), "utf8")) ?? [];
  if (title === undefined) throw new Error(`${file}: a guide must begin with a heading, got none.`);
  return title.replaceAll("`", "");
}

function pageOf(file: string, names: Names): Page {
  const path = addressOf(`/${file}`, "").slice(1);
  const rendered = renderMarkdown(readFileSync(join(root, file), "utf8"), { file, names, own: `/${path}` });
  const title = titleOf(file);
  const [lead] = rendered.parts;
  return {
    path,
    title,
    description: firstSentence(lead!.text),
    room: "guides",
    body: `<h1>${title}</h1>\n${rendered.body}`,
    contents: rendered.headings.filter(({ level }) => level === 2),
    found: findingsOf(path, "guide", { ...rendered, title }),
  };
}

/** The first sentence, of which dots within code are no ends. */
export function firstSentence(text: string): string {
  return /^(?:`[^`]*`|[^`])*?[^.\s][.:](?= +[A-Z]|$)/.exec(text)?.[0].replace(/:$/, ".") ?? text;
}

function decisionsIndex(): Page {
  const rows = markdownIn("docs/decisions")
    .toReversed()
    .map((name) => {
      const file = `docs/decisions/${name}.md`;
      return `<li><a href="${addressOf(`/${file}`, "")}">${titleOf(file)}</a> <small>${name.slice(0, 10)}</small></li>`;
    });
  const description = "What was decided that someone may question later, and why.";
  return {
    path: "decisions/index.html",
    title: "Decisions",
    description,
    room: "guides",
    body: `<h1>Decisions</h1><p>${description}</p><ul>${rows.join("")}</ul>`,
    contents: [],
    found: [],
  };
}

/** How does a Markdown file of the repository become a page? */
import { Marked, type Tokens } from "marked";
import { codeBlock } from "./code.ts";
import { escapeMarkup, textOf, wide } from "./markup.ts";
import type { Finding, Heading } from "./page.ts";
import { addressOf } from "./repository.ts";

/** Where a name in code is explained; undefined for one that is nobody's. */
export type Names = (name: string) => string | undefined;

/** What a file says, as markup. */
export interface Rendered {
  /** The first heading. */
  readonly title: string;
  /** What stands below it. */
  readonly body: string;
  readonly headings: readonly Heading[];
  /** The text of the part below each heading. */
  readonly parts: readonly { readonly heading?: Heading; readonly text: string }[];
}

/** What text is rendered with. */
export interface RenderOptions {
  /** The file it is of, which links start from. */
  readonly file: string;
  readonly names: Names;
  /** The address of the page itself, which needs no links to it. */
  readonly own?: string;
}

/** The text of a file as markup. Throws if a link leads to no file. */
export function renderMarkdown(text: string, options: RenderOptions): Rendered {
  const headings: Heading[] = [];
  const html = markedFor(options, headings).parse(text.replaceAll(/<!--.*?-->/gs, ""), { async: false });
  const body = html.replace(/<h1[^>]*>.*?<\/h1>\n?/s, "");
  const title = headings.find(({ level }) => level === 1)?.text ?? "";
  const own = headings.filter(({ level }) => level > 1);
  return { title, body, headings: own, parts: partsOf(body, own) };
}

/** A sentence or a few as markup, without a paragraph around them. */
export function renderInline(text: string, options: RenderOptions): string {
  return markedFor(options, []).parseInline(guarded(text), { async: false });
}

/** The paragraphs of a comment in the sources, in which nothing is markup. */
export function renderComment(text: string, options: RenderOptions): string {
  // What is thrown is looked for: it begins a paragraph.
  return markedFor(options, []).parse(guarded(text.replaceAll(/\n(?=Throws )/g, "\n\n")), { async: false });
}

/** Formulas in comments compare: only what stands in code is left as it is. */
function guarded(text: string): string {
  return text
    .split(/(```[\s\S]*?```|`[^`]*`)/)
    .map((part, index) =>
      index % 2 === 1 ? part : part.replaceAll("<", "&lt;").replaceAll("*", "\\*").replaceAll("_", "\\_"),
    )
    .join("");
}

function markedFor({ file, names, own }: RenderOptions, headings: Heading[]): Marked {
  const slugs = new Map<string, number>();
  const marked = new Marked();
  marked.use({
    renderer: {
      heading({ tokens, depth }: Tokens.Heading): string {
        const markup = this.parser.parseInline(tokens);
        const text = textOf(markup);
        const id = slugOf(text, slugs);
        headings.push({ id, text, level: depth });
        if (depth === 1) return `<h1>${markup}</h1>\n`;
        return `<h${depth} id="${id}"><a class="anchor" href="#${id}">${unlinked(markup)}</a></h${depth}>\n`;
      },
      code: ({ text, lang = "" }: Tokens.Code): string => {
        const [language = "", title] = lang.split(" ");
        return codeBlock(text, language, title?.includes(".") === true ? title : undefined);
      },
      codespan: ({ text }: Tokens.Codespan): string => codeSpan(text, names, own),
      link({ href, title, tokens }: Tokens.Link): string {
        const hint = title === undefined || title === null ? "" : ` title="${escapeMarkup(title)}"`;
        return `<a href="${escapeMarkup(addressOf(href, file))}"${hint}>${unlinked(this.parser.parseInline(tokens))}</a>`;
      },
      image: ({ href, text }: Tokens.Image): string =>
        wide(
          "Figure",
          `<img class="drawing" src="${escapeMarkup(addressOf(href, file))}" alt="${escapeMarkup(text)}" loading="lazy">`,
        ),
      table(token: Tokens.Table): string {
        const cells = (row: readonly Tokens.TableCell[], tag: string): string =>
          row.map((cell) => `<${tag}${alignment(cell)}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join("");
        const rows = token.rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("");
        return wide(
          "Table",
          `<table><thead><tr>${cells(token.header, "th")}</tr></thead><tbody>${rows}</tbody></table>`,
        );
      },
    },
  });
  return marked;
}

function alignment({ align }: Tokens.TableCell): string {
  return align === "right" ? ' class="number"' : "";
}

/** Code of one name leads to where that is explained. */
export function codeSpan(text: string, names: Names, own?: string): string {
  const address = names(text);
  const code = `<code>${escapeMarkup(text)}</code>`;
  return address === undefined || address === own ? code : `<a class="name" href="${address}">${code}</a>`;
}

/** A link has none within. */
function unlinked(markup: string): string {
  return markup.replaceAll(/<\/?a\b[^>]*>/g, "");
}

/** As GitHub makes it of a heading, so that links lead to the same place there and here. */
function slugOf(text: string, slugs: Map<string, number>): string {
  const slug = text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");
  const count = slugs.get(slug) ?? 0;
  slugs.set(slug, count + 1);
  return count === 0 ? slug : `${slug}-${count}`;
}

function partsOf(body: string, headings: readonly Heading[]): Rendered["parts"] {
  const [lead = "", ...rest] = body.split(/<h[2-6] id="/);
  const parts = rest.map((part, index) => ({
    heading: headings[index]!,
    text: textOf(part.replace(/^.*?<\/h[2-6]>/s, "")),
  }));
  return [{ text: textOf(lead) }, ...parts];
}

/** What a search finds of a rendered file: the page, and each of its parts. */
export function findingsOf(path: string, kind: Finding["kind"], { title, parts }: Rendered): readonly Finding[] {
  return parts.map(({ heading, text }) => ({
    address: heading === undefined ? path : `${path}#${heading.id}`,
    title,
    ...(heading === undefined ? {} : { part: heading.text }),
    kind,
    text,
  }));
}

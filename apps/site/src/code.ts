/** How is code shown? Coloured when the site is built, by classes that the style sheet gives colours for light and dark. */
import highlighter from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import cpp from "highlight.js/lib/languages/cpp";
import python from "highlight.js/lib/languages/python";
import typescript from "highlight.js/lib/languages/typescript";
import { escapeMarkup } from "./markup.ts";

const languages = { ts: typescript, js: typescript, sh: bash, python, cpp } as const;
for (const [name, grammar] of Object.entries(languages)) highlighter.registerLanguage(name, grammar);

/** A block of code in a language; one that is not known is left as it is. `title` is the name of a file. */
export function codeBlock(code: string, language: string, title?: string): string {
  const known = Object.hasOwn(languages, language);
  const coloured = known ? highlighter.highlight(code, { language }).value : escapeMarkup(code);
  const label = title ?? (language === "sh" ? "Commands" : "Code");
  const caption = title === undefined ? "" : `<figcaption>${escapeMarkup(title)}</figcaption>`;
  return `<figure class="code">${caption}<pre tabindex="0" role="region" aria-label="${escapeMarkup(label)}"><code>${coloured}</code></pre></figure>`;
}

/** How does text get into markup, and out of it? */

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** The text, of which nothing is read as markup. */
export function escapeMarkup(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character]!);
}

/** The text of markup, for titles and for the search. */
export function textOf(markup: string): string {
  const spaced = markup.replaceAll(/<\/(?:p|li|td|th|h\d|pre|tr|dt|dd)>/g, " ").replaceAll(/<[^>]*>/g, "");
  const plain = Object.entries(entities).reduce(
    (text, [character, entity]) => text.replaceAll(entity, character),
    spaced,
  );
  return plain.replaceAll(/\s+/g, " ").trim();
}

/** A table that can be wider than the page, and is then scrolled by itself. */
export function table(label: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((text) => `<th scope="col">${text}</th>`).join("");
  const body = rows.map(([first, ...cells]) => {
    const rest = cells.map((cell) => `<td>${cell}</td>`).join("");
    return `<tr><th scope="row">${first}</th>${rest}</tr>`;
  });
  return wide(label, `<table><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table>`);
}

/** What can be scrolled sideways, by the keyboard too. */
export function wide(label: string, content: string): string {
  return `<div class="wide" role="region" tabindex="0" aria-label="${escapeMarkup(label)}">${content}</div>`;
}

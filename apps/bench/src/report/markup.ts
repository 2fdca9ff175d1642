/** How does a text stand in HTML and SVG as it is? */

/** The text with what would be markup escaped, for content and for attributes in double quotes. */
export function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

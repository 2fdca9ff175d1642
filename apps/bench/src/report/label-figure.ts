/// <reference lib="dom" />
/** How does someone who can't see a chart learn what it shows? */

/** Names the drawing, a chart by Observable Plot: an image with that title, of whose parts none is named apart. */
export function labelFigure(figure: Element, title: string): void {
  const drawings = figure.matches("svg")
    ? [figure]
    : Array.from(figure.children).filter((child) => child.matches("svg"));
  for (const drawing of drawings) {
    drawing.setAttribute("role", "img");
    drawing.setAttribute("aria-label", title);
    for (const part of drawing.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
  }
}

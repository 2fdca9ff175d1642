/// <reference lib="dom" />
/** How does someone who can't see a chart learn what it shows? */

/** Names the drawing, a chart by Observable Plot: an image with that title. What Plot calls its parts means nothing without their positions. */
export function labelFigure(figure: Element, title: string): void {
  // A legend may be a drawing too, and stands before it.
  const drawing = Array.from(figure.children).findLast((child) => child.matches("svg")) ?? figure;
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", title);
  for (const part of drawing.querySelectorAll("[aria-label]")) {
    part.setAttribute("data-part", part.getAttribute("aria-label")!);
    part.removeAttribute("aria-label");
  }
}

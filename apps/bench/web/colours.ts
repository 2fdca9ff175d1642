/** Where does the style sheet get the colours of lines from? */
import { palette } from "../src/report/palette.ts";

/** Defines `--entry-0` and so on, which charts refer to. */
export function defineColours(): void {
  for (const [index, { light, dark }] of palette.entries()) {
    document.documentElement.style.setProperty(`--entry-${index}`, `light-dark(${light}, ${dark})`);
  }
}

/** The colour of a line of a chart. */
export function colourOf(index: number): string {
  return `var(--entry-${index % palette.length})`;
}

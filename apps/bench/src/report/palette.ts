/** Which colours have charts, and what stands around them? */

/** A colour on light and on dark ground. */
interface Colour {
  readonly light: string;
  readonly dark: string;
}

/** The ground itself. */
export const paper: Colour = { light: "#ffffff", dark: "#14171c" };

/** Of text, axes and whatever stands for nobody. */
export const ink: Colour = { light: "#1d2129", dark: "#e3e6eb" };

/** The colours of entries; the style sheet of a page defines them as `--entry-0` and so on. */
export const palette: readonly Colour[] = [
  { light: "#2457c5", dark: "#7aa5ff" },
  { light: "#c2410c", dark: "#ff9a62" },
  { light: "#15803d", dark: "#5fd38a" },
  { light: "#9333a8", dark: "#dd8df0" },
  { light: "#8a6a00", dark: "#e3bf45" },
  { light: "#0e7490", dark: "#59cbe6" },
  { light: "#be185d", dark: "#ff86b9" },
  { light: "#5b4636", dark: "#c9ab93" },
  { light: "#4d5562", dark: "#a9b2c0" },
  { light: "#4c6b00", dark: "#b3d659" },
];

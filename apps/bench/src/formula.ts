/** How is a formula in TeX shown? As MathML, which needs no fonts and no script. */
import katex from "katex";

/** A formula on a line of its own. Throws if TeX can't read it. */
export function toMathMl(tex: string): string {
  const html = katex.renderToString(tex, { output: "mathml", displayMode: true, throwOnError: true });
  // The source is not shown, and would be as long again.
  return html.replaceAll(/<annotation.*?<\/annotation>/gs, "").replace(/^<span class="katex">(.*)<\/span>$/s, "$1");
}

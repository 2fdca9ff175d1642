/** What does someone see first? What this is, code that runs, a loss that moves, and how fast it is. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { losses } from "@symloss/losses";
import { codeBlock } from "./code.ts";
import { type Names, renderMarkdown } from "./markdown.ts";
import type { Page } from "./page.ts";
import { root } from "./repository.ts";

const sentence =
  "Losses of machine learning in TypeScript, written once as formulas, and run with their gradients on whichever engine is there.";

/** The page; `figure` is what stands in the place of the live loss until that is loaded. */
export function makeStartPage(figure: string, names: Names): Page {
  const text = readFileSync(join(root, "README.md"), "utf8");
  const count = Object.keys(losses).length;
  return {
    path: "index.html",
    title: "symloss",
    description: sentence,
    room: "start",
    body: `<section class="hero">
<div class="pitch">
<h1>Write the formula.<br>Get the value and the gradient, fast, anywhere.</h1>
<p class="lead">${sentence}</p>
<p class="actions"><a class="button main" href="/guides/choosing-an-engine.html">Choose an engine</a> <a class="button" href="/losses/index.html">See ${count} losses</a> <a class="button" href="/bench/index.html">Measure it here</a></p>
</div>
<div class="live" data-live>${figure}</div>
</section>
<section class="split">
<div>
<h2 id="code">Value and gradient in one program</h2>
${codeBlock(exampleIn(text), "ts")}
</div>
<div>
<h2 id="why">Why</h2>
<ul class="reasons">
<li><strong>${count} losses and metrics.</strong> Those of PyTorch, Keras, optax and others, <a href="/guides/from-other-libraries.html">by the names that you know</a>; every difference is said.</li>
<li><strong>Exact.</strong> Stable forms, right at kinks and extremes, tested against 60-digit arithmetic. <a href="/guides/numerics.html">Every corner case is defined</a>.</li>
<li><strong>Four engines.</strong> WebAssembly SIMD, plain JavaScript, ONNX Runtime, WebGL; <a href="/guides/choosing-an-engine.html">one is chosen, and says why</a>.</li>
<li><strong>Any order.</strong> <code>grad</code>, <code>vmap</code>, <code>jacobian</code> and <a href="/guides/transforms.html">the others</a> nest.</li>
<li><strong>Open.</strong> <a href="/guides/your-own-loss.html">Your own loss</a> has names, options, checks and <a href="/guides/exporting.html">.onnx export</a>, as ours have.</li>
</ul>
</div>
</section>
<section>
<h2 id="fast">How fast</h2>
${renderMarkdown(overviewIn(text), { file: "README.md", names }).body}
<p>It is measured by the <a href="/bench/index.html#race">bench</a>, in this browser too; <a href="/guides/choosing-an-engine.html">which engine when</a>.</p>
</section>`,
    contents: [],
    found: [],
  };
}

/** The first example of the README, which a test runs. */
function exampleIn(readme: string): string {
  return /```ts\n([\s\S]*?)```/.exec(readme)![1]!.trimEnd();
}

/** The figure and the table, and what the numbers are; how they were measured is in the README. */
function overviewIn(readme: string): string {
  const figure = /^!\[[^\]]*\]\([^)]*\)$/m.exec(readme)?.[0] ?? "";
  const overview = /<!-- bench overview -->([\s\S]*?)<!-- end of bench overview -->/.exec(readme)?.[1] ?? "";
  const [table = "", note = ""] = overview.trim().split("\n\n");
  return [figure, table, note.replace(/ Measured by:$/, "")].join("\n\n");
}

/// <reference lib="dom" />
import { PassThrough } from "node:stream";
import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { sampleResult } from "../../test/sample-result.ts";
import { compareToBaseline } from "../measure/baseline.ts";
import { type BenchResult, parseResult } from "../measure/result.ts";
import { formatHtml } from "./html.ts";
import { formatMarkdown } from "./markdown.ts";
import { createReport } from "./report.ts";
import { type Section, changeSection, summarize } from "./summary.ts";
import { showSection } from "./terminal.ts";

const result = sampleResult();
const slower = sampleResult({ cpuFactor: 1.5 });
const changes = changeSection(compareToBaseline(slower, result), slower, result);

function formatTerminal(shown: BenchResult, more: readonly Section[] = []): string {
  const output = new PassThrough({ encoding: "utf8" });
  for (const section of [...summarize(shown), ...more]) showSection(section, createReport(output));
  return output.read() as string;
}

test("in the terminal", () => {
  expect(formatTerminal(result)).toMatchInlineSnapshot(`
    "
    Machine
    date              2030-01-02T03:04:05.000Z
    processor         A <fast> one, 4 cores
    memory            8.0 GiB
    system            linux 6 x64
    runtime           Node v20, V8 11
    load average      3.50
    calibration loop  1.10 ms [1.00 ms, 1.20 ms]
    cpu               loops
    onnx              wasm x1
    hand              plain JavaScript
    model             onnxruntime-web
    without onnx-native: onnxruntime-node must be installed, got none.
    Warning: The machine was busy before the bench began.

    W1 huber, 1048576 (21 rounds)
                        time               ratio  ns/element  GB/s    first  warm-up  error
    cpu              2.00 ms  1.00 [0.980, 1.02]        1.91  6.29  12.0 ms  50.0 ms   4e-8
    onnx             8.00 ms   4.00 [3.92, 4.08]        7.63  1.57  12.0 ms  50.0 ms   4e-8
    hand             2.00 ms           reference        1.91  6.29  12.0 ms  50.0 ms   4e-8
    model plain|exp  4.00 ms   2.00 [1.96, 2.04]        3.81  3.15  12.0 ms  50.0 ms   4e-8
    without jax-js: this was not written for jax-js

    W2 mean huber, time against elements
    elements      cpu     onnx    hand
    100       1.00 us   100 us  500 ns
    10,000     100 us  1.00 us  500 ns
    onnx overtakes cpu at about 1,000 elements
    without jax-js: this was not written for jax-js
    "
  `);
});

test("as Markdown, with what changed", () => {
  expect(formatMarkdown(slower, [changes])).toMatchInlineSnapshot(`
    "# symloss bench

    \`npm run bench -- run W1 W2 --sizes 100,10000\`

    ## Machine

    - date: 2030-01-02T03:04:05.000Z
    - processor: A \\<fast\\> one, 4 cores
    - memory: 8.0 GiB
    - system: linux 6 x64
    - runtime: Node v20, V8 11
    - load average: 3.50
    - calibration loop: 1.10 ms [1.00 ms, 1.20 ms]
    - cpu: loops
    - onnx: wasm x1
    - hand: plain JavaScript
    - model: onnxruntime-web

    without onnx-native: onnxruntime-node must be installed, got none.

    Warning: The machine was busy before the bench began.

    ## W1 huber, 1048576 (21 rounds)

    |  | time | ratio | ns/element | GB/s | first | warm-up | error |
    | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
    | cpu | 3.00 ms | 1.50 [1.47, 1.53] | 2.86 | 4.19 | 12.0 ms | 50.0 ms | 4e-8 |
    | onnx | 8.00 ms | 4.00 [3.92, 4.08] | 7.63 | 1.57 | 12.0 ms | 50.0 ms | 4e-8 |
    | hand | 2.00 ms | reference | 1.91 | 6.29 | 12.0 ms | 50.0 ms | 4e-8 |
    | model plain\\|exp | 4.00 ms | 2.00 [1.96, 2.04] | 3.81 | 3.15 | 12.0 ms | 50.0 ms | 4e-8 |

    without jax-js: this was not written for jax-js

    ## W2 mean huber, time against elements

    | elements | cpu | onnx | hand |
    | --- | ---: | ---: | ---: |
    | 100 | 1.00 us | 100 us | 500 ns |
    | 10,000 | 100 us | 1.00 us | 500 ns |

    onnx overtakes cpu at about 1,000 elements

    without jax-js: this was not written for jax-js

    ## Compared with the baseline of 2030-01-02T03:04:05.000Z

    |  | ratio then | ratio now | noise | verdict |
    | --- | ---: | ---: | ---: | ---: |
    | W1 1,048,576 cpu | 1.00 [0.980, 1.02] | 1.50 [1.47, 1.53] | 0.10 | worse |
    | W1 1,048,576 onnx | 4.00 [3.92, 4.08] | 4.00 [3.92, 4.08] | 0.40 | same |
    | W1 1,048,576 model plain\\|exp | 2.00 [1.96, 2.04] | 2.00 [1.96, 2.04] | 0.20 | same |
    | W2 100 cpu | 2.00 [1.96, 2.04] | 2.00 [1.96, 2.04] | 0.20 | same |
    | W2 100 onnx | 200 [196, 204] | 200 [196, 204] | 20.00 | same |
    | W2 10,000 cpu | 200 [196, 204] | 200 [196, 204] | 20.00 | same |
    | W2 10,000 onnx | 2.00 [1.96, 2.04] | 2.00 [1.96, 2.04] | 0.20 | same |

    Here a ratio got worse if its median grew by more than the distances between its quartiles, then and now, added up, and by more than 10 %.

    ## Columns

    - time: of a run, the median of all rounds
    - ratio: to the reference in the same round, the median and [the quartiles]
    - ns/element: by the elements of the largest input
    - GB/s: all inputs and outputs, each moved once
    - first: from nothing to the first result: trace, compile, upload and run
    - warm-up: runs after that and before the rounds
    - error: the largest difference from float64, as a share of the largest element

    "
  `);
});

function openPage(shown: BenchResult, more: readonly Section[]): { text: string; page: Document } {
  const text = formatHtml(shown, parseHTML("<!doctype html><html></html>").document, more);
  return { text, page: parseHTML(text).document };
}

test("as a page with a chart of ratios and one for each sweep", () => {
  const { page } = openPage(slower, [changes]);
  expect([...page.querySelectorAll("h2")].map(({ textContent }) => textContent)).toEqual([
    "Time by that of hand; further left is faster",
    "W2 mean huber, time against elements",
    "Machine",
    "W1 huber, 1048576 (21 rounds)",
    "W2 mean huber, time against elements",
    "Compared with the baseline of 2030-01-02T03:04:05.000Z",
    "Columns",
  ]);
  const [ratios, sweep] = [...page.querySelectorAll("figure")];
  // A dot for each contender: of all formulations the fastest, and everyone's colour in the legend.
  expect(ratios!.querySelectorAll("circle")).toHaveLength(4);
  expect(ratios!.textContent).toContain("model");
  expect(sweep!.querySelectorAll('[data-part="line"] path')).toHaveLength(3);
  // To who can't see it, it is one image with a name.
  expect(sweep!.querySelector("svg[role=img]")!.getAttribute("aria-label")).toBe(
    "W2 mean huber, time against elements",
  );
  expect(page.querySelectorAll("svg [aria-label]")).toHaveLength(0);
  // Where one overtakes another.
  expect(sweep!.querySelectorAll('[data-part="rule"] line')).toHaveLength(1);
});

test("the page needs nothing else, marks up nothing that was measured, and holds the result", () => {
  const { text, page } = openPage(slower, [changes]);
  expect(text).not.toMatch(/(?:src|href)=|@import|url\((?!#)/);
  expect(text).toContain("A &lt;fast&gt; one");
  expect(page.querySelector(".warning")!.textContent).toBe("The machine was busy before the bench began.");
  expect(parseResult(page.querySelector("#result")!.textContent!)).toEqual(slower);
});

type Format = (shown: BenchResult, more: readonly Section[]) => string;

const elsewhere = { ...result, machine: { ...result.machine, cores: 64, memoryBytes: 1, runtime: "Node v24" } };

test("a baseline of another machine says so", () => {
  expect(changeSection([], result, elsewhere).warnings).toEqual([
    "The baseline is of another number of cores: 64, not 4.",
    "The baseline is of another runtime: Node v24, not Node v20.",
  ]);
});

test.for([
  ["in the terminal", formatTerminal],
  ["in Markdown", formatMarkdown],
  // Not the result that the page holds.
  ["on the page", (...shown) => openPage(...shown).page.querySelector("main")!.textContent!],
] as const satisfies [string, Format][])("each warning stands once %s", ([, format]) => {
  const text = format(result, [changeSection([], result, elsewhere)]);
  for (const warning of ["The machine was busy before the bench began.", "The baseline is of another runtime"]) {
    expect(text.split(warning)).toHaveLength(2);
  }
});

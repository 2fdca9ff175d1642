import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runWords } from "../../test/run-words.ts";
import { sampleResult } from "../../test/sample-result.ts";
import { formatResult, parseResult } from "../measure/result.ts";

const folder = mkdtempSync(join(tmpdir(), "symloss-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);
writeFileSync(path("quick.json"), formatResult(sampleResult()));
writeFileSync(path("slow.json"), formatResult(sampleResult({ cpuFactor: 2 })));
writeFileSync(path("manifest.json"), "{}");

test("a tiny run shows, writes and compares what it measured", async () => {
  const [json, markdown, html, svg, page] = ["result.json", "result.md", "result.html", "result.svg", "page.md"].map(
    path,
  );
  writeFileSync(page!, "# A page\n\n<!-- bench overview -->\n<!-- end of bench overview -->\n\nMore.\n");
  const words = ["run", "W1", "--sizes", "64", "--rounds", "2", "--engines", "cpu,interpreter"];
  const files = ["--json", json!, "--markdown", markdown!, "--html", html!, "--svg", svg!, "--overview", page!];
  const { status, output, errors } = await runWords("bench", ...words, ...files);
  expect({ status, errors }).toEqual({ status: 0, errors: "" });
  expect(output).toMatch(/^W1 huber, 64 \(2 rounds\)$/m);
  expect(output).toMatch(/^hand .* reference /m);

  const result = parseResult(readFileSync(json!, "utf8"));
  const [measurement] = result.measurements;
  expect(measurement).toMatchObject({ workload: "W1", elements: 64, bytes: 768, rounds: 2, reference: "hand" });
  expect(measurement!.entries.map(({ name }) => name)).toEqual([
    "cpu",
    "cpu resident",
    "interpreter",
    "interpreter resident",
    "hand",
    "model",
  ]);
  for (const { nanoseconds, ratio, error } of measurement!.entries) {
    expect(Math.min(nanoseconds.lower, ratio.lower)).toBeGreaterThan(0);
    expect(error).toBeLessThan(1e-5);
  }
  expect(readFileSync(markdown!, "utf8")).toContain("## W1 huber, 64 (2 rounds)");
  expect(readFileSync(html!, "utf8")).toContain("<svg");
  expect(readFileSync(svg!, "utf8")).toContain(">W1 huber</text>");
  expect(readFileSync(page!, "utf8")).toMatch(/^# A page\n[^]*\n\| W1 huber, 64 \| .* \|\n[^]*\n\nMore\.\n$/);

  const again = await runWords("bench", "show", json!, "--baseline", json!);
  expect(again).toMatchObject({ status: 0, errors: "" });
  expect(again.output).toMatch(/^W1 64 cpu resident .* same$/m);
});

test("a sweep is one table", async () => {
  const words = ["run", "huber", "--sizes", "32,64", "--rounds", "1", "--engines", "cpu", "--beside", "hand"];
  const { status, output, errors } = await runWords("bench", ...words, "--arrays", "into", "--lengths", "batch=8");
  expect({ status, errors }).toEqual({ status: 0, errors: "" });
  expect(output).toMatch(/^huber, value, time against elements\nelements +cpu\n32 .*\n64 .*\nno engine overtakes/m);
  expect(output).toMatch(/^huber, value and gradients, time/m);
  expect(output).toContain("without hand: no loop was written by hand for this\n");
});

test("a ratio that got worse beyond the noise is status 1, and names it", async () => {
  const { status, output, errors } = await runWords(
    "bench",
    "show",
    path("slow.json"),
    "--baseline",
    path("quick.json"),
  );
  expect(status).toBe(1);
  expect(output).toMatch(/^W1 1,048,576 cpu .* worse$/m);
  expect(errors).toMatch(/^No ratio may get worse, got .*:\n {2}W1 with 1,048,576 elements, cpu: 1.00, now 2.00\n$/);
  expect((await runWords("bench", "show", path("quick.json"), "--baseline", path("slow.json"))).status).toBe(0);
});

test("every command has help, and says what it does", async () => {
  for (const words of [
    [],
    ["--help"],
    ["run", "--help"],
    ["list", "-h"],
    ["show", "--help"],
    ["expect", "--help"],
    ["compile", "--help"],
  ]) {
    const { status, output, errors } = await runWords("bench", ...words);
    expect({ status, errors }).toEqual({ status: 0, errors: "" });
    expect(output).toMatch(/^npm run bench -- /);
  }
});

test("the list has what can be named", async () => {
  const { output } = await runWords("bench", "list");
  for (const name of ["W10", "G3", "huber gradient", "interpreter", "tfjs-wasm"]) {
    expect(output).toMatch(new RegExp(`^  ${name}  `, "m"));
  }
});

describe("what does not exist is answered by what does, before anything is measured", () => {
  test.for([
    [
      ["rum"],
      /^The command of the bench must be one of run, list, show, expect, web, compile, evaluate, got "rum"\. Did you mean run\?\n$/,
    ],
    [
      ["run", "W11"],
      /^The workload must be one of W1, .*R1, a loss, or .*, got "W11"\. Did you mean W1\? "npm run bench -- list" /,
    ],
    [["run", "hubr"], /got "hubr"\. Did you mean huber\?/],
    [
      ["run", "--engines", "onyx"],
      /^--engines must be one of wasm, cpu, interpreter, onnx, .*, got "onyx"\. Did you mean onnx\?\n$/,
    ],
    [["run", "--engines", "gpu"], /^--engines must be one of wasm, cpu, interpreter, onnx, .*, got "gpu"\./],
    [
      ["run", "--browser", "--engines", "onnx-native"],
      /^--engines must be one of wasm, cpu, interpreter, onnx, gpu, got "onnx-native"\./,
    ],
    [["run", "--browser", "--beside", "jax-js"], /^--beside must be one of hand, model, gpu-js, .*, got "jax-js"\./],
    [["run", "--hardware"], /^--hardware must come with --browser, got it alone\.\n$/],
    [["run", "--beside", "tfjs"], /^--beside must be one of hand, .*, got "tfjs"\./],
    [
      ["run", "--against", "hadn"],
      /^--against must be one who takes part \(wasm, cpu, onnx, hand, model\), got "hadn"\. Did you mean hand\?\n$/,
    ],
    [
      ["run", "--json", "/nowhere/a.json"],
      /^--json must be a file that can be written, got \/nowhere\/a\.json: there is no folder /,
    ],
    [
      ["run", "--svg", path("a.svg"), "--sweep"],
      /^--svg must be of one size, got 12: it compares entries at a size\. --html has a chart of each sweep\.\n$/,
    ],
    [
      ["run", "--overview", path("manifest.json")],
      /^--overview must be a page with a place for the table, got .*: it has "<!-- bench overview -->" not at all and /,
    ],
    [["run", "--html", folder], /^--html must be a file that can be written, got .*: that is a folder\.\n$/],
    [
      ["run", "--baseline", path("none.json")],
      /^--baseline must be a file that --json of "npm run bench -- run" wrote, got .*: ENOENT/,
    ],
    [
      ["run", "--baseline", path("manifest.json")],
      /^--baseline must .*: it must be a result of the bench .*, got \{\}\.\n$/,
    ],
    [["show"], /^show must have one file, got 0: npm run bench -- show FILE\.\n$/],
    [["compile", "hubre"], /^What is compiled must be one of .*, got "hubre"\. Did you mean huber\?\n$/],
  ] as const)("%j", async ([words, message]) => {
    const { status, output, errors } = await runWords("bench", ...words);
    expect({ status, output }).toEqual({ status: 1, output: "" });
    expect(errors).toMatch(message);
  });
});

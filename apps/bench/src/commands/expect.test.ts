import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runWords } from "../../test/run-words.ts";
import { sampleResult } from "../../test/sample-result.ts";
import { formatResult } from "../measure/result.ts";

const folder = mkdtempSync(join(tmpdir(), "symloss-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);
writeFileSync(path("node.json"), formatResult(sampleResult()));
writeFileSync(path("none.json"), formatResult({ ...sampleResult(), measurements: [] }));
writeFileSync(path("manifest.json"), "{}");
writeFileSync(path("bare.md"), "# A page\n");

test("the table goes to the output, or into its place on a page, with the command that wrote it", async () => {
  const { status, output, errors } = await runWords("bench", "expect", path("node.json"));
  expect({ status, errors }).toEqual({ status: 0, errors: "" });
  expect(output).toMatch(/^\| W2 mean huber, Node v20 \| cpu: 1\.00 us \| onnx: 1\.00 us \| {2}\|$/m);

  const page = path("page.md");
  writeFileSync(page, "# A page\n\n<!-- bench expect -->\nold\n<!-- end of bench expect -->\n\nMore.\n");
  const words = ["expect", path("node.json"), "--write", page];
  expect(await runWords("bench", ...words)).toEqual({ status: 0, output: `wrote ${page}\n`, errors: "" });
  const [before, table, after] = readFileSync(page, "utf8").split(/<!-- .*bench expect -->/);
  expect([before, after]).toEqual(["# A page\n\n", "\n\nMore.\n"]);
  expect(table).toContain("| W1 huber, Node v20 |");
  expect(table).toMatch(/\n\nWritten by `npm run bench -- expect \S+node\.json --write \S+page\.md`\.\n\n$/);
  expect(table).not.toContain("old");
});

describe("what can't be made into a table says why, and leaves the page as it was", () => {
  test.for([
    [[], /^expect must have a file, got none: npm run bench -- expect FILE \.\.\n$/],
    [
      [path("node.json"), path("manifest.json")],
      /^The result must be a file that --json of .* wrote, got .*manifest\.json: it must be a result of the bench .*, got \{\}\.\n$/,
    ],
    [[path("none.json")], /^The results must have an engine at a size near one of 32; 1,000; .* elements, got none\. /],
    [
      [path("node.json"), "--write", path("bare.md")],
      /^--write must be a page with a place for the table, got .*bare\.md: it has "<!-- bench expect -->" not at all and .* add each once, .*\.\n$/,
    ],
    [[path("node.json"), "--write", path("missing.md")], /^--write must be a page .*, got .*missing\.md: ENOENT/],
    [
      [path("node.json"), "--write", folder],
      /^--write must be a file that can be written, got .*: that is a folder\.\n$/,
    ],
    [
      [path("node.json"), "--rite", "x"],
      /^The options must be among --write, --help, got "--rite"\. Did you mean --write\?/,
    ],
  ] as const)("%j", async ([words, message]) => {
    const { status, output, errors } = await runWords("bench", "expect", ...words);
    expect({ status, output }).toEqual({ status: 1, output: "" });
    expect(errors).toMatch(message);
    expect(readFileSync(path("bare.md"), "utf8")).toBe("# A page\n");
  });
});

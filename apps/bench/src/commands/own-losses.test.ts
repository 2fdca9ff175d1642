/** Is a user's loss measured as those of the catalogue are, and is what is none refused before anything is measured? */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runWords } from "../../test/run-words.ts";
import { parseResult } from "../measure/result.ts";

/** In this package, so that what the files import is found from there. */
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(import.meta.dirname, "../../.own-losses-"));
  writeFileSync(
    join(folder, "own.js"),
    `import { defineLoss } from "@symloss/losses";
const table = { options: { form: { kind: "choice", choices: ["near", "far"], default: "near" } }, results: { loss: "[batch]" } };
export const landmarks = defineLoss(
  { name: "landmarks", arguments: { targets: "[batch, points, 2]", predictions: "[batch, points, 2]" }, ...table },
  (targets, predictions, { form }) => {
    const error = predictions.sub(targets).abs();
    return (form === "near" ? error.square() : error).mean([1, 2]);
  },
);
export const counted = defineLoss(
  { name: "counted", arguments: { labels: { shape: "[batch]", elements: "classIndex", of: "kinds" }, kinds: { shape: "[]", elements: "count" } }, differentiable: false, options: {}, results: { loss: "[batch]" } },
  (labels, kinds) => labels.cast("float32").div(kinds),
);
export const helper = () => 1;
`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const place = (name: string): string => `${join(folder, "own.js")}#${name}`;
const quick = ["--rounds", "1", "--engines", "cpu", "--arrays", "into"];

test("each of its samples is a workload, by value and gradients, of the lengths that are asked for", async () => {
  const json = join(folder, "result.json");
  const lengths = ["--lengths", "batch=4,points=5"];
  const { status, output, errors } = await runWords(
    "bench",
    "run",
    place("landmarks"),
    ...quick,
    ...lengths,
    "--json",
    json,
  );
  expect({ status, errors }).toEqual({ status: 0, errors: "" });
  expect(output).toContain("without hand: no loop was written by hand for this\n");
  const { measurements } = parseResult(readFileSync(json, "utf8"));
  expect(measurements.map(({ workload, shape }) => [workload, shape])).toEqual([
    ["landmarks near", "4 x 5 x 2"],
    ["landmarks near gradient", "4 x 5 x 2"],
    ["landmarks far", "4 x 5 x 2"],
    ["landmarks far gradient", "4 x 5 x 2"],
  ]);
  for (const { entries, leftOut } of measurements) {
    expect(entries.map(({ name }) => name)).toEqual(["cpu"]);
    expect(leftOut.filter(({ fault }) => fault)).toEqual([]);
  }
});

test("it stands beside workloads of ours, and counts are lengths too", async () => {
  const lengths = ["--lengths", "batch=8,kinds=4"];
  const { status, output, errors } = await runWords(
    "bench",
    "run",
    "W9",
    place("counted"),
    ...quick,
    ...lengths,
    "--sizes",
    "64",
  );
  expect({ status, errors }).toEqual({ status: 0, errors: "" });
  expect(output).toMatch(/^W9 mean huber[^]*^counted, value, 64 /m);
});

test("it is compiled as ours are", async () => {
  const lines: string[] = [];
  const log = console.log;
  console.log = (line: string) => void lines.push(line);
  try {
    expect(await runWords("bench", "compile", place("counted"))).toMatchObject({ status: 0, errors: "" });
  } finally {
    console.log = log;
  }
  expect(lines[1]).toMatch(/^counted +traced +[\d.]+ ms first +[\d.]+ ms warm +[\d.]+ ms$/);
});

describe("what is no loss in a file is refused", () => {
  test.for([
    [["run", "./nowhere/own.js#x"], /^\.\/nowhere\/own\.js must be a file, got nothing of that name\.\n$/],
    [
      ["run", "OWN#landmark"],
      /own\.js#landmark must be a loss that the file exports, .* Did you mean .*own\.js#landmarks\?\n$/,
    ],
    [
      ["run", "OWN#helper"],
      /own\.js#helper must be a loss, made by defineLoss, got a function\. Its losses are counted, landmarks\.\n$/,
    ],
    [
      ["run", "OWN"],
      /own\.js must be followed by # and the loss that is meant, got several: .*own\.js#counted, .*own\.js#landmarks\.\n$/,
    ],
    [
      ["run", "OWN#landmarks", "--lengths", "point=3"],
      /^--lengths must be one of batch, classes, .*, points, got "point"\. Did you mean points\?\n$/,
    ],
    [["run", "huber", "--lengths", "points=3"], /^--lengths must be one of batch, classes, .*, got "points"\./],
    [
      ["run", "OWN#landmarks", "--browser"],
      /^--browser must be without losses of your own, which its page has not, got .*own\.js#landmarks\.\n$/,
    ],
    [["compile", "OWN#helper"], /own\.js#helper must be a loss, made by defineLoss/],
  ] as const)("%j", async ([words, message]) => {
    const own = words.map((word) => word.replace("OWN", join(folder, "own.js")));
    const { status, output, errors } = await runWords("bench", ...own);
    expect({ status, output }).toEqual({ status: 1, output: "" });
    expect(errors).toMatch(message);
  });
});

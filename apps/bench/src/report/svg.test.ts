/// <reference lib="dom" />
import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { sampleResult } from "../../test/sample-result.ts";
import type { BenchResult } from "../measure/result.ts";
import { palette } from "./palette.ts";
import { formatSvg } from "./svg.ts";

function draw(result: BenchResult): string | undefined {
  return formatSvg(result, parseHTML("<!doctype html><html></html>").document);
}

const drawing = draw(sampleResult())!;
const { document } = parseHTML(drawing);

test("it has a dot for each entry and its name beside a dot of the same colour", () => {
  const legend = [...document.querySelectorAll(".bench > g > circle")].map((dot) => [
    dot.nextElementSibling!.textContent,
    dot.getAttribute("fill"),
  ]);
  const colours = palette.map(({ light }) => light);
  expect(legend).toEqual([
    ["cpu", colours[0]],
    ["onnx", colours[1]],
    ["hand", colours[2]],
    ["model", colours[3]],
  ]);
  const dots = [...document.querySelectorAll(".bench > svg circle")].map((dot) => [
    dot.querySelector("title")!.textContent,
    dot.getAttribute("fill") ?? dot.parentElement!.getAttribute("fill"),
  ]);
  expect(dots).toEqual([
    ["W1 huber, cpu: 1.00", colours[0]],
    ["W1 huber, onnx: 4.00", colours[1]],
    ["W1 huber, hand: 1.00", colours[2]],
    ["W1 huber, model: 2.00", colours[3]],
  ]);
});

test("it says what it shows, and where and when that was measured, as text that is escaped", () => {
  expect(document.querySelector("svg")!.getAttribute("aria-label")).toBe(
    "Time by that of hand; further left is faster",
  );
  expect(drawing).toContain("A &lt;fast&gt; one, 4 cores, Node v20, 2030-01-02");
});

test("it needs nothing of a page: no variables, no links, and each colour has another on dark ground", () => {
  expect(drawing).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /);
  expect(drawing).not.toMatch(/var\(|--|light-dark|href=|url\(|&nbsp;/);
  const [light, dark, rest] = drawing.split(/@media \(prefers-color-scheme: dark\)|<\/style>/);
  expect(light).toContain('color="#1d2129"');
  const used = new Set([...rest!.matchAll(/(?:fill|stroke)="(#\w+)"/g)].map(([, colour]) => colour!));
  // Of the ground and of four entries.
  expect(used.size).toBe(5);
  for (const colour of used) expect(dark).toMatch(new RegExp(`\\[fill="${colour}"\\] \\{ fill: #\\w+; \\}`));
});

test("a legend takes as many rows as it needs", () => {
  const { measurements, contenders, ...rest } = sampleResult();
  const [first] = measurements;
  const names = Array.from({ length: 12 }, (_, index) => `contender ${index} of a long name`);
  const entries = names.map((name) => ({ ...first!.entries[0]!, name, contender: name }));
  const many = draw({
    ...rest,
    contenders: [...contenders, ...names.map((name) => ({ name, kind: "engine", device: "one" }) as const)],
    measurements: [{ ...first!, entries }],
  })!;
  const page = parseHTML(many).document;
  const rows = [...page.querySelectorAll(".bench > g")].map((row) => row.querySelectorAll("circle").length);
  expect(rows).toEqual([3, 3, 3, 3]);
  const ends = [...page.querySelectorAll(".bench > g > text")].map((text) => Number(text.getAttribute("x")));
  expect(Math.max(...ends)).toBeLessThan(750);
});

test("without a workload at one size there is nothing to draw", () => {
  const { measurements, ...rest } = sampleResult();
  expect(draw({ ...rest, measurements: measurements.slice(1) })).toBeUndefined();
});

import { expect, test } from "vitest";
import { replacePart } from "./marked-part.ts";

const [begin, end] = ["<!-- bench expect -->", "<!-- end of bench expect -->"];

test("what stands between the comments is replaced, as often as one likes, and nothing else", () => {
  const first = replacePart(`# A page\n\n${begin}\n${end}\n\nMore.\n`, "expect", "| a |");
  expect(first).toBe(`# A page\n\n${begin}\n\n| a |\n\n${end}\n\nMore.\n`);
  expect(replacePart(first, "expect", "| $& |")).toBe(`# A page\n\n${begin}\n\n| $& |\n\n${end}\n\nMore.\n`);
});

test.for([
  ["# A page\n", "not at all", "not at all"],
  [begin, "once", "not at all"],
  [`${begin}${begin}${end}`, "2 times", "once"],
  [`${end}${begin}`, "once", "once"],
  ["<!-- bench summary --><!-- end of bench summary -->", "not at all", "not at all"],
] as const)("without its comments a page is refused: %j", ([page, first, second]) => {
  expect(() => replacePart(page, "expect", "")).toThrow(
    new TypeError(
      `it has "${begin}" ${first} and "${end}" ${second}; add each once, in this order, where the table is to stand`,
    ),
  );
});

import { expect, test } from "vitest";
import { brokenLinks } from "./links.ts";

test("finds links to pages and anchors that are not there, and no others", () => {
  const files = new Map([
    [
      "index.html",
      '<a href="losses/huber.html#call">1</a> <a href="nowhere.html">2</a> <a href="https://a.example/">3</a>',
    ],
    ["losses/huber.html", '<h2 id="call"></h2> <a href="../index.html">4</a> <a href="#else">5</a> <img src="x.svg">'],
    ["bench/index.html", "<a href='#losses'>6</a>"],
  ]);
  expect(brokenLinks(files)).toEqual([
    "index.html -> nowhere.html",
    "losses/huber.html -> #else",
    "losses/huber.html -> x.svg",
  ]);
});

import { expect, test } from "vitest";
import { differences, formatBytes, overviewOf, pageOf, readPage, withOverview } from "./size.mjs";

const row = (label: string, bytes: number) => ({ label, bytes });
const sizes = {
  Core: [row("`core`", 43_010)],
  Engines: [row("`engine-cpu`", 31_100)],
  Programs: [row("`cpu`, `huber`", 65_500), row("`gpu`, `huber`", 58_400)],
  Losses: [row("`a`", 4000), row("`c`", 4400), row("`b`", 4200)],
};

test("a page says the sizes that it was written from", () => {
  expect(differences(readPage(pageOf(sizes)), sizes)).toEqual([]);
  expect(formatBytes(43_010)).toBe("43 kB");
  expect(formatBytes(4126)).toBe("4.13 kB");
});

test("what has grown, shrunk, come and gone is said, and a few bytes are not", () => {
  const changed = {
    ...sizes,
    Core: [row("`core`", 45_000)],
    Engines: [row("`engine-cpu`", 29_000)],
    Losses: [row("`a`", 4050), row("`c`", 4400), row("`d`", 4500)],
  };
  expect(differences(sizes, changed)).toEqual([
    "`core` must have 43 kB, got 45 kB",
    "`engine-cpu` must have 31.1 kB, got 29 kB",
    "`b` must exist, as docs/sizes.md has it, got none",
    "`d` must be in docs/sizes.md, got none; it has 4.5 kB",
  ]);
});

test("the README shows three losses and one program", () => {
  const lines = overviewOf(sizes).split("\n").slice(2);
  expect(lines).toEqual([
    "| `core` | 43 kB |",
    "| `engine-cpu`, without core and runtime | 31.1 kB |",
    "| `a`, the smallest loss | 4 kB |",
    "| `b`, the median loss | 4.2 kB |",
    "| `c`, the largest loss | 4.4 kB |",
    "| `cpu`, `huber`, together | 65.5 kB |",
  ]);
});

test("the README must have a place for it", () => {
  expect(withOverview("a <!-- sizes --> old <!-- end of sizes --> b", "new")).toBe(
    "a <!-- sizes -->\n\nnew\n\n<!-- end of sizes --> b",
  );
  expect(() => withOverview("no marks", "new")).toThrow("size: README.md must have");
});

import { expect, test } from "vitest";
import { firstSentence, guideOrder, makeGuides, markdownIn, packageOrder } from "./guides.ts";
import { entryPoints } from "./reference/entry-points.ts";

test("the menu has every guide, once", () => {
  expect(Object.values(guideOrder).flat().toSorted()).toEqual(markdownIn("docs"));
});

test("the menu has every package", () => {
  const published = entryPoints.map(({ file }) => file.split("/")[1]);
  expect([...new Set(published)]).toEqual(packageOrder);
});

test("links of guides lead to pages, or to the repository", () => {
  const guides = makeGuides(() => undefined);
  const links = (path: string): readonly string[] => {
    const { body } = guides.find((one) => one.path === path)!;
    return [...body.matchAll(/href="([^"]*)"/g)].map(([, link]) => link!);
  };
  const source = "https://github.com/symloss/symloss/blob/main/packages/losses/src/regression/huber.ts";
  expect(links("guides/adding-a-loss.html")).toContain(source);
  expect(links("guides/your-own-loss.html")).toContain("/guides/exporting.html");
  expect(links("guides/your-own-loss.html")).toContain("/packages/conformance.html#calls-of-every-loss");
});

test.each([
  ["The first. The second.", "The first."],
  ["`[0, 1, .. n]`: counts. More.", "`[0, 1, .. n]`: counts."],
  ["The mean of targets [..] and so on. It is", "The mean of targets [..] and so on."],
  ["x + y", "x + y"],
])("of %j the first sentence is %j", (text, sentence) => {
  expect(firstSentence(text)).toBe(sentence);
});

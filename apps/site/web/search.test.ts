import { expect, test } from "vitest";
import type { Finding } from "../src/page.ts";
import { searchOf } from "./search.ts";

const findings: readonly Finding[] = [
  {
    address: "a",
    title: "sparseSigmoidCrossentropyLogits",
    kind: "loss",
    names: "BCEWithLogitsLoss",
    text: "Of labels.",
  },
  { address: "b", title: "huber", kind: "loss", names: "HuberLoss huber_loss", text: "The gradient ends at delta." },
  { address: "c", title: "Numerics", part: "Kinks", kind: "guide", text: "The gradient of huber at delta." },
];

const found = (words: string): readonly string[] => searchOf(findings)(words).map(({ address }) => address);

test.each([
  ["BCEWithLogitsLoss", "a"],
  ["bce", "a"],
  ["sigmoid crossentropy", "a"],
  ["hubber", "b"],
  ["huber_loss", "b"],
  ["kinks", "c"],
])("%s finds %s", (words, address) => {
  expect(found(words)[0]).toBe(address);
});

test("what was found by its name elsewhere says so", () => {
  expect(searchOf(findings)("bcewith")[0]!.alias).toBe("BCEWithLogitsLoss");
  expect(searchOf(findings)("huber")[0]!.alias).toBeUndefined();
});

test("nothing is found of words that are everywhere, or nowhere", () => {
  expect(found("of the")).toEqual([]);
  expect(found("zebra")).toEqual([]);
});

import { expect, test } from "vitest";
import { type RaceChoice, formatChoice, parseChoice, sizesOf, textOf, withText, withValue } from "./choice.ts";

const choiceOf = (link: string) => parseChoice(new URLSearchParams(link));

test("a link without parameters chooses what is usual, and the usual choice has none", () => {
  const { choice, faults } = choiceOf("");
  expect(faults).toEqual({});
  expect(choice).toMatchObject({ workloads: ["W1", "W4", "W9"], beside: ["hand"], rounds: 21, sizes: { kind: "own" } });
  expect(formatChoice(choice).toString()).toBe("");
});

test("a link brings every part of a choice back", () => {
  const choice: RaceChoice = {
    workloads: ["huber gradient", "accuracy predictions [batch, classes]", "W2"],
    engines: ["cpu", "gpu"],
    beside: [],
    arrays: ["resident"],
    against: "cpu resident",
    rounds: 3,
    seconds: 1,
    sizes: { kind: "these", elements: [1000, 32] },
    lengths: { batch: 64, classes: 10 },
  };
  const link = formatChoice(choice).toString();
  expect(choiceOf(link)).toEqual({ choice, faults: {} });
});

test.for([
  ["own", { kind: "own" }, [undefined]],
  ["100", { kind: "these", elements: [100] }, [100]],
  ["100, 20,100", { kind: "these", elements: [100, 20] }, [100, 20]],
  ["sweep:600", { kind: "sweep", upTo: 600 }, [32, 100, 320]],
] as const)("sizes=%s", ([text, sizes, elements]) => {
  const { choice, faults } = choiceOf(`sizes=${text}`);
  expect(faults).toEqual({});
  expect(choice.sizes).toEqual(sizes);
  expect(sizesOf(choice.sizes)).toEqual(elements);
});

test.for([
  ["rounds=0", { rounds: 'rounds must be a whole number from 1 to 10,000, got "0".' }],
  ["seconds=1e3", { seconds: 'seconds must be a whole number from 1 to 3,600, got "1e3".' }],
  ["sizes=", { sizes: 'sizes must be a whole number from 1 to 100,000,000, got "".' }],
  ["sizes=10,x", { sizes: 'sizes must be a whole number from 1 to 100,000,000, got "x".' }],
  ["sizes=sweep:", { sizes: 'sizes must be a whole number from 1 to 100,000,000, got "".' }],
  ["engines=wasm,onyx", { engines: 'engines must be among wasm, cpu, interpreter, onnx, gpu, got "onyx".' }],
  ["arrays=", { arrays: "An engine's arrays must be somewhere, got nowhere." }],
  ["workloads=", { workloads: "A workload must be chosen, got none." }],
  ["engines=&beside=", { engines: "Somebody must take part, got nobody." }],
  [
    "lengths=width:3",
    { lengths: 'lengths must be of batch, classes, D, K, clusters, factors, pieces, as in batch:64, got "width:3".' },
  ],
  ["lengths=batch:none", { lengths: /^lengths of batch must be a whole number .*, got "none"\.$/ }],
] as const)("%s says what is wrong", ([link, faults]) => {
  const found = choiceOf(link).faults;
  expect(Object.keys(found)).toEqual(Object.keys(faults));
  for (const [field, message] of Object.entries(faults)) expect(found[field as keyof typeof found]).toMatch(message);
});

test("nothing chosen is shown as it is, and is no race", () => {
  const { choice } = choiceOf("workloads=&arrays=&engines=&beside=");
  expect(choice).toMatchObject({ workloads: [], arrays: [], engines: [], beside: [] });
  expect(choiceOf("engines=&arrays=").faults).toEqual({});
});

test("a text that is not valid yet stays in the field, while the usual value stands", () => {
  const typed = withText(new URLSearchParams("rounds=5"), "rounds", "");
  expect(textOf(typed, "rounds")).toBe("");
  expect(parseChoice(typed).choice.rounds).toBe(21);
  expect(withText(typed, "rounds", "21").has("rounds")).toBe(false);
  expect(withValue(typed, "engines", ["gpu"]).get("engines")).toBe("gpu");
});

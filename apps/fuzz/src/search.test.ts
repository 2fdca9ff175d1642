/** Do the engines agree on some random graphs? `npm run fuzz` tries as many as one has time for. */
import { describe, expect, test } from "vitest";
import { type FuzzArguments, parseArguments } from "./arguments.ts";
import { describeDisagreement, search } from "./search.ts";

describe("a short search", () => {
  test.each<FuzzArguments>([
    { seed: 1, count: 120, engines: ["wasm", "cpu", "interpreter"] },
    { seed: 1, count: 20, engines: ["onnx", "interpreter"] },
  ])(
    "on $engines",
    async (asked) => {
      const told: string[] = [];
      const { tried, compared } = await search(asked, (found) => told.push(describeDisagreement(found, asked)));
      expect(told).toEqual([]);
      expect(tried).toBe(asked.count);
      expect(compared).toBeGreaterThan(0.8 * asked.count);
    },
    240_000,
  );
});

describe("a disagreement", () => {
  test("is told with the command that brings it back", () => {
    const asked: FuzzArguments = { seed: 7, count: 20_000, engines: ["cpu", "interpreter"] };
    const text = describeDisagreement({ seed: 9, path: "3:0:1", message: "cpu is off" }, asked);
    expect(text).toBe("cpu is off\nbring it back: npm run fuzz -- --seed 9 --path 3:0:1 --engines cpu,interpreter\n");
  });
});

describe("the arguments", () => {
  test("are a seed, a count, engines and a path", () => {
    expect(parseArguments([])).toEqual({
      seed: 1,
      count: 1000,
      engines: ["wasm", "cpu", "interpreter", "onnx"],
      path: undefined,
    });
    const words = ["--seed", "7", "--count", "20000", "--engines", "cpu,onnx", "--path", "1:2"];
    expect(parseArguments(words)).toEqual({ seed: 7, count: 20_000, engines: ["cpu", "onnx"], path: "1:2" });
  });

  test.each([
    [["--seed=x"], 'fuzz: --seed must be an integer from 0 to 2147483647, got "x".'],
    [["--count", "0"], 'fuzz: --count must be an integer from 1 to 2147483647, got "0".'],
    [["--engines", "gpu"], 'fuzz: --engines must name wasm, cpu, interpreter, onnx, got "gpu".'],
    [["--speed", "1"], "Unknown option '--speed'"],
    [["more"], "Unexpected argument 'more'"],
  ])("refuse %j", (words, message) => {
    expect(() => parseArguments(words)).toThrow(message);
  });
});

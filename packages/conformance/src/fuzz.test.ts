/** Is a disagreement found, shrunk, fully reported, and reproduced? */
import { type Engine, exp, mul } from "@symloss/core";
import { type Graph, Tensor, topologicalOrder } from "@symloss/core/engine";
import { cpu } from "@symloss/engine-cpu";
import { describe, expect, test } from "vitest";
import { findDisagreement } from "./index.ts";

const interpreter = await cpu({ mode: "interpreter" });

/** An engine whose exp is off by one per cent. */
const broken: Engine = { ...interpreter, compile: (graph) => interpreter.compile(withWrongExp(graph)) };

function withWrongExp({ inputs, outputs }: Graph): Graph {
  const results = new Map<Tensor, Tensor>(inputs.map((input) => [input, input]));
  for (const node of topologicalOrder(outputs)) {
    if (results.has(node)) continue;
    const operands = node.inputs.map((input) => results.get(input)!);
    const same = new Tensor(node.operation, operands, node.attributes, node.shape, node.dtype);
    results.set(node, node.operation === "exp" ? mul(exp(operands[0]!), 1.01) : same);
  }
  return { inputs, outputs: outputs.map((output) => results.get(output)!) };
}

describe("findDisagreement", () => {
  const engines = { interpreter, broken };

  test("finds nothing between an engine and itself", async () => {
    const result = await findDisagreement({ engines: { interpreter, same: interpreter }, seed: 1, runs: 20 });
    expect(result.disagreement).toBeUndefined();
    expect(result.compared).toBeGreaterThan(15);
  });

  test("names the engine and shows graph, values and results of a graph that is as small as can be", async () => {
    const { disagreement } = await findDisagreement({ engines, seed: 1, runs: 200 });
    expect(disagreement?.message).toMatch(/^ConformanceError: broken, simplified, result \d/);
    expect(disagreement?.message).toMatch(/\ninterpreter, not simplified: /);
    expect(disagreement?.message).toMatch(/\nx0 = f(32|64)\[.*\] \[.*\]\n/);
    expect(disagreement?.message).toMatch(/ = exp /);
    expect(disagreement!.message.split("\n").filter((line) => line.startsWith("%")).length).toBeLessThan(8);
  });

  test("brings it back by its path, and the same by the same seed", async () => {
    const first = await findDisagreement({ engines, seed: 2, runs: 200 });
    const { path } = first.disagreement!;
    expect((await findDisagreement({ engines, seed: 2, runs: 200 })).disagreement).toEqual(first.disagreement);
    const again = await findDisagreement({ engines, seed: 2, path });
    expect(again.disagreement?.message).toBe(first.disagreement!.message);
  });

  test.each([
    [{ engines: {}, seed: 1 }, "DTypeError", /engines must be a record of engines/],
    [{ engines, seed: 0.5 }, "OutOfRangeError", /seed must be an integer/],
    [{ engines, seed: 1, runs: 0 }, "OutOfRangeError", /runs must be an integer from 1/],
    [{ engines, seed: 1, path: "a" }, "OutOfRangeError", /path must be the path of a disagreement/],
    [{ engines, seed: 1, count: 5 }, "OutOfRangeError", /options must be among engines, seed, runs, path, got "count"/],
  ])("refuses what it does not understand: %o", async (options, name, message) => {
    await expect(findDisagreement(options)).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message) as string,
    });
  });
});

import { cpu } from "@symloss/engine-cpu";
import * as ort from "onnxruntime-web/wasm";
import { describe, expect, test } from "vitest";
import type { Contender } from "../contenders/contender.ts";
import { engineContender } from "../contenders/engine.ts";
import { handContender } from "../contenders/hand.ts";
import { modelContender } from "../contenders/onnx-model.ts";
import { referenceOf, worstError } from "./check.ts";
import { gpuKinds } from "./gpu-workloads.ts";
import { lossKinds } from "./losses.ts";
import { type Workload, elementsOf, makeSized, shapeOf } from "./workload.ts";
import { workloadKinds } from "./workloads.ts";

/** The error of each way that the contender has; empty if it has none. */
async function errorsOf(contender: Contender, workload: Workload): Promise<readonly number[]> {
  const wanted = await referenceOf(workload);
  const entrants = contender.enter(workload, wanted);
  const errors: number[] = [];
  for (const { prepare } of "reason" in entrants ? [] : entrants) {
    const run = await prepare();
    await run.run();
    errors.push(worstError(await run.outputs(), wanted));
    await run.dispose();
  }
  return errors;
}

describe("at every size loops and models by hand are as right as the engine", async () => {
  const contenders = [
    engineContender("cpu", await cpu()),
    handContender(),
    modelContender("model", "wasm", ort, "wasm"),
  ];
  test.for(workloadKinds)("$name", async (kind) => {
    for (const elements of [1, 3 * kind.rowElements * kind.step]) {
      const workload = makeSized(kind, elements);
      for (const contender of contenders) {
        const errors = await errorsOf(contender, workload);
        const isAbsent = contender.name === "model" && /^(V|S1|F|M|R)/.test(kind.name);
        expect(errors.length > 0).toBe(!isAbsent);
        for (const error of errors) expect(error).toBeLessThan(contender.tolerance);
      }
    }
  });
});

test("a size is the nearest that the loops by hand can do", () => {
  const sizes = (name: string, ...wanted: number[]): number[] =>
    wanted.map((elements) =>
      elementsOf(
        makeSized(
          workloadKinds.find((kind) => kind.name === name)!,
          elements,
        ),
      ),
    );
  expect(sizes("W1", 1, 33, 1000)).toEqual([1, 33, 1000]);
  expect(sizes("W5", 1, 90, 130)).toEqual([64, 64, 128]);
  expect(sizes("W3", 1, 1499, 1501)).toEqual([1000, 1000, 2000]);
});

test("what is for graphics cards is right on other engines", async () => {
  const engine = engineContender("cpu", await cpu());
  for (const kind of gpuKinds) {
    for (const error of await errorsOf(engine, makeSized(kind, 3 * kind.rowElements))) {
      expect(error).toBeLessThan(engine.tolerance);
    }
  }
  await engine.dispose();
});

describe("every loss of the catalogue is a workload", () => {
  const kinds = lossKinds({ classes: 5, D: 4, K: 3, clusters: 2 });

  test("with gradients where something is differentiable, and names of their own", () => {
    const names = kinds.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(["huber", "huber gradient", "accuracy"]));
    expect(names).not.toContain("accuracy gradient");
  });

  test.for(kinds)("$name", async (kind) => {
    const workload = makeSized(kind, 6 * kind.rowElements);
    expect(shapeOf(workload)).not.toBe("");
    const wanted = await referenceOf(workload);
    expect(wanted.length).toBeGreaterThan(0);
    // A curve begins at infinity, and a class that occurs nowhere has no score.
    expect(wanted.every(({ data }) => data.some(Number.isFinite))).toBe(true);
  });
});

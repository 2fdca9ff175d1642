/** Does the engine do what every engine must, on WebGL in Node.js? */
import { conformanceCases, runCase } from "@symloss/conformance";
import { cpu } from "@symloss/engine-cpu";
import { gpu } from "@symloss/engine-gpu";
import { afterAll, describe, expect, test } from "vitest";

const createEngine = () => gpu({ mode: "headlessgl" });
const engine = await createEngine();
const cases = conformanceCases(engine, { createEngine, reference: await cpu({ mode: "interpreter" }) });
afterAll(() => engine.dispose());

describe("conformance on headlessgl", () => {
  test("the device names the renderer that gl hides", () => {
    expect(engine.device).toMatch(/^headlessgl: .*\(.+\)/);
    expect(engine.software).toBe(/llvmpipe|softpipe|swiftshader/i.test(engine.device));
  });
  test.each(cases)("$name", async (one) => void (await runCase(one, engine)), 120_000);
});

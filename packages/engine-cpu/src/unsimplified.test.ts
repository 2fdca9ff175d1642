/** Does generated code do what every engine must if graphs are not simplified? */
import { type CaseGroup, conformanceCases, runCase } from "@symloss/conformance";
import { type Tensor, explain } from "@symloss/core";
import { expect, test, vi } from "vitest";
import { cpu } from "./index.ts";

vi.mock(import("../../core/src/graph/simplify.ts"), async (importActual) => ({
  ...(await importActual()),
  simplify: <G>(graph: G): G => graph,
}));

const engine = await cpu();

test("graphs stay as they were written", async () => {
  expect(await explain((x: Tensor) => x.add(0), { engine }, { shape: [2] })).toContain("add %x0");
});

const computing: readonly CaseGroup[] = ["operations", "gradients", "losses", "properties"];
const cases = conformanceCases(engine, { createEngine: () => cpu(), goldens: "oneOfEach", runs: 15 });
for (const one of cases.filter(({ group }) => computing.includes(group))) test(one.name, () => runCase(one, engine));

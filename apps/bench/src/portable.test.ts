import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { expect, test } from "vitest";

/** What a page needs: everything that measures, everyone who needs no installation, and every way to draw a result but the terminal's. */
const portable = [
  "measure/measurement.ts",
  "measure/kinds.ts",
  "measure/baseline.ts",
  "measure/calibration.ts",
  "contenders/engine.ts",
  "contenders/hand.ts",
  "contenders/onnx-model.ts",
  "contenders/tensorflow.ts",
  "contenders/jax.ts",
  "race/race.ts",
  "race/record.ts",
  "race/choice.ts",
  "report/html.ts",
  "report/svg.ts",
  "report/markdown.ts",
  "report/overview.ts",
  "report/expectations.ts",
];

const source = import.meta.dirname;

/** The file and every file of the bench that it imports, each with what it imports of others. */
function importsFrom(file: string, found = new Map<string, readonly string[]>()): Map<string, readonly string[]> {
  if (found.has(file)) return found;
  const specifiers = [...readFileSync(file, "utf8").matchAll(/(?:from|import\(?) "([^"]+)"/g)].map(([, name]) => name!);
  found.set(
    file,
    specifiers.filter((name) => !name.startsWith(".")),
  );
  for (const name of specifiers) if (name.startsWith(".")) importsFrom(resolve(dirname(file), name), found);
  return found;
}

test.for(portable)("%s needs nothing of Node", (file) => {
  const found = importsFrom(resolve(source, file));
  expect(found.size).toBeGreaterThan(1);
  const ofNode = [...found].filter(([, names]) => names.some((name) => name.startsWith("node:")));
  expect(ofNode).toEqual([]);
});

test("what talks to the terminal is noticed", () => {
  const found = importsFrom(resolve(source, "commands/run.ts"));
  expect(found.get(resolve(source, "machine.ts"))).toContain("node:os");
});

/** Is every exported loss a valid, reproducible model that gives the right values and gradients at any batch size? */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as ort from "onnxruntime-web/wasm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ExportedLoss, differencesOf, exportLoss, exportedLosses } from "../test/exported-losses.ts";

// The build for browsers can't count processors in Node.js.
ort.env.wasm.numThreads = 1;

describe.each(exportedLosses)("$title", (exported) => {
  const bytes = exportLoss(exported);

  test("gives the same bytes again", () => expect(exportLoss(exported)).toEqual(bytes));

  test("gives values and gradients at batch sizes that it was not traced for", async () => {
    expect(await runDifferences(exported, bytes, [1, 2, 7], {})).toEqual([]);
  });

  // Beyond the basic level the runtime fuses transposes into products, and divides by zero if there are no rows.
  // Rows that are compared with each other must be some.
  const takesNone = !exported.loss.definition.comparesRows;
  test.runIf(takesNone)("gives values and gradients of an empty batch, optimised at the basic level", async () => {
    expect(await runDifferences(exported, bytes, [0], { graphOptimizationLevel: "basic" })).toEqual([]);
  });
});

async function runDifferences(
  exported: ExportedLoss,
  bytes: Uint8Array,
  batches: readonly number[],
  options: ort.InferenceSession.SessionOptions,
): Promise<string[]> {
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: ["wasm"],
    logSeverityLevel: 4,
    ...options,
  });
  const differences = await differencesOf(exported, ort, session, batches);
  await session.release();
  return differences;
}

const python = "/usr/bin/python3";
const hasChecker = spawnSync(python, ["-c", "import onnx"]).status === 0;

describe("an independent checker", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "symloss-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.skipIf(!hasChecker)(
    "accepts every file: onnx.checker of Debian's python3-onnx",
    () => {
      const files = exportedLosses.map((exported, index) => {
        const file = join(folder, `${index}.onnx`);
        writeFileSync(file, exportLoss(exported));
        return file;
      });
      const script = fileURLToPath(new URL("../test/check.py", import.meta.url));
      const { status, stdout, stderr } = spawnSync(python, [script, ...files], { encoding: "utf8" });
      expect(stderr).toBe("");
      expect(status).toBe(0);
      expect(stdout.trim().split("\n")).toHaveLength(files.length);
    },
    60_000,
  );
});

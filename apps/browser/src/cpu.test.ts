import { conformanceCases, goldenCasesOf } from "@symloss/conformance";
import { cpu } from "@symloss/engine-cpu";
import { describe, expect, test } from "vitest";
import { namesByGroup, testInBrowser } from "./cases.ts";
import { runInBrowser } from "./page.ts";
import { runsIn } from "./parts.ts";
import { suiteOfPages, suiteTimeout } from "./suite.ts";

const cases = conformanceCases(await cpu(), { createEngine: cpu, ...suiteOfPages });
const names = namesByGroup(cases.filter((one) => runsIn("cpu", one)));

describe("engine-cpu in a browser", () => {
  testInBrowser(names, {
    entry: new URL("../pages/cpu.ts", import.meta.url),
    arguments: [Object.values(names).flat()],
    timeout: suiteTimeout,
  });
});

test.each([false, true])("golden cases load as they do in Node.js, in a worker: %j", async (worker) => {
  const functions = ["huber", "vae"];
  const wanted = await Promise.all(functions.map(goldenCasesOf));
  const entry = new URL("../pages/goldens.ts", import.meta.url);
  expect(await runInBrowser({ entry, arguments: [functions], worker })).toEqual(
    wanted.map((cases) => [cases.length, Object.values(cases[0]!.inputs)[0]!.data[0]]),
  );
});

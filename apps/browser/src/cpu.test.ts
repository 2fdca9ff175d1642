import { conformanceCases } from "@symloss/conformance";
import { cpu } from "@symloss/engine-cpu";
import { describe } from "vitest";
import { namesByGroup, testInBrowser } from "./cases.ts";
import { suiteOfPages } from "./suite.ts";

const names = namesByGroup(conformanceCases(await cpu(), { createEngine: cpu, ...suiteOfPages }));

describe("engine-cpu in a browser", () => {
  testInBrowser(names, { entry: new URL("../pages/cpu.ts", import.meta.url), arguments: [Object.keys(names)] });
});

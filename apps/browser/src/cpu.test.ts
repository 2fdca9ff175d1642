import { conformanceCases } from "@symloss/conformance";
import { cpu } from "@symloss/engine-cpu";
import { describe } from "vitest";
import { namesByGroup, testInBrowser } from "./cases.ts";

const names = namesByGroup(conformanceCases(await cpu(), { createEngine: cpu }));

describe("engine-cpu in a browser", () => {
  testInBrowser(names, { entry: new URL("../pages/cpu.ts", import.meta.url), arguments: [Object.keys(names)] });
});

import { conformanceCases } from "@symloss/conformance";
import { cpu } from "@symloss/engine-cpu";
import { describe } from "vitest";
import { namesByGroup, testInBrowser } from "./cases.ts";

const cases = conformanceCases(await cpu(), { createEngine: cpu });

describe("engine-cpu in a browser", () => {
  testInBrowser(namesByGroup(cases), { entry: new URL("../pages/cpu.ts", import.meta.url) });
});

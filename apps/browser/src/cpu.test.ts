import { conformanceCases } from "@symloss/conformance";
import { cpu } from "@symloss/engine-cpu";
import { describe } from "vitest";
import { testInBrowser } from "./cases.ts";

const cases = conformanceCases(await cpu(), { createEngine: cpu });

describe("engine-cpu in a browser", () => {
  testInBrowser(
    cases.map(({ name }) => name),
    { entry: new URL("../pages/cpu.ts", import.meta.url) },
  );
});

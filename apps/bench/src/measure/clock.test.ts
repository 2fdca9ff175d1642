import { expect, test } from "vitest";
import { clockStep } from "./clock.ts";

test("Node's clock is much finer than a millisecond", () => {
  expect(clockStep()).toBeGreaterThan(0);
  expect(clockStep()).toBeLessThan(0.1);
});

import { expect, test } from "vitest";
import { formatRatio, formatTime, threeDigits } from "./format.ts";

test.for([
  [0.5, "0.500 ns"],
  [999, "999 ns"],
  [1000, "1.00 us"],
  [1_530_000, "1.53 ms"],
  [4.7e9, "4.70 s"],
  [1.2e13, "12000 s"],
] as const)("%d ns is %s", ([nanoseconds, text]) => {
  expect(formatTime(nanoseconds)).toBe(text);
});

test.for([
  [0, "0"],
  [0.00314, "0.00314"],
  [0.314, "0.314"],
  [3.14159, "3.14"],
  [31.4159, "31.4"],
  [3141.59, "3142"],
  [-0.5, "-0.500"],
] as const)("%d is %s", ([value, text]) => {
  expect(threeDigits(value)).toBe(text);
});

test("a ratio has its quartiles", () => {
  expect(formatRatio({ lower: 0.9, median: 1, upper: 12.3 })).toBe("1.00 [0.900, 12.3]");
});

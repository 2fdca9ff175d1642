import { describe, expect, test } from "vitest";
import { sampleResult } from "../../test/sample-result.ts";
import { formatResult, parseResult } from "./result.ts";

test("a result comes back from its JSON as it was", () => {
  expect(parseResult(formatResult(sampleResult()))).toEqual(sampleResult());
});

test("what may be absent may be absent", () => {
  const { quietness, measurements, ...rest } = sampleResult();
  const { loadAverage: _, ...quiet } = quietness;
  const alone = measurements.map(({ reference: __, ...measurement }) => ({ ...measurement, entries: [] }));
  const result = { ...rest, quietness: quiet, measurements: alone };
  expect(parseResult(JSON.stringify(result))).toEqual(result);
});

describe("what is no result is told apart", () => {
  const { measurements, ...rest } = sampleResult();
  const [first] = measurements;
  test.for([
    ["", /^it must be JSON, got /],
    ["{", /^it must be JSON, got /],
    ["[]", /^it must be a result of the bench \(with format "symloss-bench"\), got \[\]$/],
    ['{"name":"@symloss/bench"}', /^it must be a result of the bench .*, got \{"name":"@symloss\/bench"\}$/],
    [JSON.stringify({ ...sampleResult(), version: 7 }), /^its version must be 1, got 7$/],
    [JSON.stringify(rest), /^measurements of the result must be a list, got nothing$/],
    [
      JSON.stringify({ ...rest, measurements: [{ ...first, elements: "many" }] }),
      /^elements of measurements of the result\[0\] must be a number, got "many"$/,
    ],
    [
      JSON.stringify({ ...rest, measurements: [{ ...first, entries: [{ ...first!.entries[0], ratio: 1 }] }] }),
      /^ratio of entries of measurements of the result\[0\]\[0\] must be a record, got 1$/,
    ],
    [JSON.stringify({ ...sampleResult(), machine: null }), /^machine of the result must be a record, got null$/],
  ] as const)("%s", ([text, message]) => {
    expect(() => parseResult(text)).toThrow(expect.objectContaining({ message: expect.stringMatching(message) }));
  });
});

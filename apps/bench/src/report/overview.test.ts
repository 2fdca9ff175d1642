import { expect, test } from "vitest";
import { sampleResult } from "../../test/sample-result.ts";
import { formatOverview } from "./overview.ts";

test("a row for each measurement, a column for each engine and for what was written by hand", () => {
  expect(formatOverview(sampleResult())).toMatchInlineSnapshot(`
    "|  | cpu | onnx | hand | model |
    | --- | ---: | ---: | ---: | ---: |
    | W1 huber, 1048576 | 1.00 | 4.00 | 2.00 ms | 2.00 |
    | W2 mean huber, 100 | 2.00 | 200 | 500 ns |  |
    | W2 mean huber, 10000 | 200 | 2.00 | 500 ns |  |

    Of hand the time of a call, of others the time by that of hand in the same round (below 1 is faster), medians of all rounds, on A \\<fast\\> one, 4 cores, linux 6 x64, Node v20, 2030-01-02. Measured by:

    \`\`\`sh
    npm run bench -- run W1 W2 --sizes 100,10000
    \`\`\`

    Warning: The machine was busy before the bench began."
  `);
});

test("of peers only the fastest has a place, with its name, and below it what it is", () => {
  const { measurements, contenders, ...rest } = sampleResult();
  const [first, ...others] = measurements;
  const entry = (name: string, median: number) => ({
    ...first!.entries[0]!,
    name,
    contender: name.split(" ")[0]!,
    nanoseconds: { lower: median, median, upper: median },
    ratio: { lower: median / 2e6, median: median / 2e6, upper: median / 2e6 },
  });
  const entries = [...first!.entries, entry("tfjs library", 5e6), entry("tfjs operations", 3e6), entry("jax-js", 4e6)];
  const text = formatOverview({
    ...rest,
    contenders: [
      { name: "jax-js", kind: "peer", device: "jax-js 0.1" },
      { name: "tfjs", kind: "peer", device: "TensorFlow.js 4" },
      ...contenders,
    ],
    measurements: [{ ...first!, entries }, ...others],
  });
  const lines = text.split("\n");
  expect(lines[0]).toBe("|  | cpu | onnx | fastest peer | hand | model |");
  expect(lines[2]).toBe("| W1 huber, 1048576 | 1.00 | 4.00 | 1.50 (tfjs) | 2.00 ms | 2.00 |");
  expect(lines[3]).toBe("| W2 mean huber, 100 | 2.00 | 200 |  | 500 ns |  |");
  expect(text).toContain("the fastest formulation counts: jax-js is jax-js 0.1; tfjs is TensorFlow.js 4.");
});

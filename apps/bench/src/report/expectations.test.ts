import { expect, test } from "vitest";
import { sampleResult } from "../../test/sample-result.ts";
import type { BenchResult } from "../measure/result.ts";
import { formatExpectations } from "./expectations.ts";

/** The result as another machine would have it. */
function elsewhere(result: BenchResult, machine: Partial<BenchResult["machine"]>): BenchResult {
  return { ...result, machine: { ...result.machine, ...machine } };
}

/** The lines of the table below its head, without what stands below it. */
function rowsOf(...results: BenchResult[]): readonly string[] {
  const lines = formatExpectations(results).split("\n");
  return lines.slice(2, lines.indexOf(""));
}

test("a row for each workload, a cell for the size nearest to its column, and below it where they come from", () => {
  expect(formatExpectations([sampleResult()])).toMatchInlineSnapshot(`
    "| elements | 32 | 10,000 | 1,000,000 |
    | --- | ---: | ---: | ---: |
    | W1 huber, Node v20 |  |  | cpu: 2.00 ms |
    | W2 mean huber, Node v20 | cpu: 1.00 us | onnx: 1.00 us |  |

    Of each size, in elements of the largest input, this is the fastest engine with the time of a call, from the caller's arrays into the
    caller's arrays. Engines that are named after it are within the noise: the quartiles of their times overlap with its own. A column has
    the size nearest to it of those that were measured. Calls on arrays that stay on the device of an engine are left out: what they save
    depends on how often arrays come and go.

    - Node v20 (cpu, onnx), 2030-01-02: A \\<fast\\> one, 4 cores, linux 6 x64,
      \`npm run bench -- run W1 W2 --sizes 100,10000\`
      - Warning: The machine was busy before the bench began."
  `);
});

test("environments stand side by side, and engines within the noise of each other in one cell", () => {
  // Four times as slow, cpu takes as long for W1 as onnx.
  const page = elsewhere(sampleResult({ cpuFactor: 4 }), { runtime: "Chrome 141" });
  expect(rowsOf(sampleResult(), page)).toEqual([
    "| W1 huber, Node v20 |  |  | cpu: 2.00 ms |",
    "| W1 huber, Chrome 141 |  |  | cpu, onnx: 8.00 ms |",
    "| W2 mean huber, Node v20 | cpu: 1.00 us | onnx: 1.00 us |  |",
    "| W2 mean huber, Chrome 141 | cpu: 1.00 us | onnx: 1.00 us |  |",
  ]);
});

test("several processors under one runtime are told apart", () => {
  const [first] = rowsOf(sampleResult(), elsewhere(sampleResult(), { processor: "Another" }));
  expect(first).toBe("| W1 huber, Node v20 on A \\<fast\\> one |  |  | cpu: 2.00 ms |");
});

test("results of one environment are one, and of two measurements of a size the last counts", () => {
  const { measurements, ...rest } = sampleResult();
  const [once, ...later] = measurements;
  const again = sampleResult({ cpuFactor: 2 }).measurements[0]!;
  expect(rowsOf({ ...rest, measurements: [once!] }, { ...rest, measurements: [...later, again] })).toEqual([
    "| W1 huber, Node v20 |  |  | cpu: 4.00 ms |",
    "| W2 mean huber, Node v20 | cpu: 1.00 us | onnx: 1.00 us |  |",
  ]);
});

test("only engines count, into the arrays of the caller", () => {
  const { measurements, ...rest } = sampleResult();
  const [first] = measurements;
  const cpu = first!.entries.find(({ name }) => name === "cpu")!;
  const resident = { ...cpu, name: "cpu resident", nanoseconds: { lower: 1, median: 1, upper: 1 } };
  const entries = [resident, ...first!.entries];
  expect(rowsOf({ ...rest, measurements: [{ ...first!, entries }] })).toEqual([
    "| W1 huber, Node v20 | cpu: 2.00 ms |",
  ]);
  const byHand = first!.entries.filter(({ contender }) => contender === "hand");
  expect(formatExpectations([{ ...rest, measurements: [{ ...first!, entries: byHand }] }])).toBe("");
});

test("what is far from every column is left out", () => {
  const { measurements, ...rest } = sampleResult();
  const sized = [4, 200, 40_000_000].map((elements) => ({ ...measurements[0]!, elements }));
  expect(formatExpectations([{ ...rest, measurements: sized }])).toBe("");
});

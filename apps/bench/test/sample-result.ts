/** A result that nobody measured, with a workload at one size, one at several, someone left out and a busy machine. */
import { type BenchResult, type Entry, type Measurement, resultFormat, resultVersion } from "../src/measure/result.ts";

/** The result, with every time of `cpu` multiplied. */
export function sampleResult({ cpuFactor = 1 }: { cpuFactor?: number } = {}): BenchResult {
  return {
    format: resultFormat,
    version: resultVersion,
    date: "2030-01-02T03:04:05.000Z",
    command: "npm run bench -- run W1 W2 --sizes 100,10000",
    machine: {
      processor: "A <fast> one",
      cores: 4,
      memoryBytes: 8 * 2 ** 30,
      system: "linux 6 x64",
      runtime: "Node v20",
      javascript: "V8 11",
    },
    quietness: {
      loadAverage: 3.5,
      cores: 4,
      calibration: { lower: 1e6, median: 1.1e6, upper: 1.2e6 },
      warnings: ["The machine was busy before the bench began."],
    },
    contenders: [
      { name: "cpu", kind: "engine", device: "loops" },
      { name: "onnx", kind: "engine", device: "wasm x1" },
      { name: "hand", kind: "by hand", device: "plain JavaScript" },
      { name: "model", kind: "by hand", device: "onnxruntime-web" },
    ],
    unavailable: [{ name: "onnx-native", reason: "onnxruntime-node must be installed, got none." }],
    measurements: [
      measurementOf("W1", 1_048_576, { cpu: 2e6 * cpuFactor, onnx: 8e6, hand: 2e6, "model plain|exp": 4e6 }),
      measurementOf("W2", 100, { cpu: 1e3, onnx: 1e5, hand: 500 }),
      measurementOf("W2", 10_000, { cpu: 1e5, onnx: 1e3, hand: 500 }),
    ],
  };
}

function measurementOf(workload: string, elements: number, times: Readonly<Record<string, number>>): Measurement {
  const reference = times["hand"]!;
  return {
    workload,
    title: workload === "W1" ? "huber" : "mean huber",
    shape: String(elements),
    elements,
    bytes: 12 * elements,
    reference: "hand",
    rounds: 21,
    entries: Object.entries(times).map(([name, time]): Entry => ({
      name,
      contender: name.split(" ")[0]!,
      nanoseconds: { lower: 0.95 * time, median: time, upper: 1.05 * time },
      ratio: { lower: (0.98 * time) / reference, median: time / reference, upper: (1.02 * time) / reference },
      firstMilliseconds: 12,
      warmUpMilliseconds: 50,
      repeats: 1,
      error: 4e-8,
    })),
    leftOut: [{ name: "jax-js", reason: "this was not written for jax-js", fault: false }],
  };
}

/** Does a model have the numbers of its loss in ONNX Runtime where options change more than the loss itself: reductions and labels? */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type NDArray, type Tensor, compile, evaluate, ndarray, valueAndGrad } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { ctc, huber, sparseSoftmaxCrossentropyLogits, tripletHard } from "@symloss/losses";
import * as ort from "onnxruntime-web/wasm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runProgram } from "./program.ts";

// The build for browsers can't count processors in Node.js.
ort.env.wasm.numThreads = 1;

const engine = await cpu();
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "symloss-"));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await engine.dispose();
});

type Feeds = Readonly<Record<string, ort.Tensor>>;

/** What a model that the command line exports gives, by output. */
async function outputsOf(line: string, feeds: Feeds): Promise<Readonly<Record<string, Result>>> {
  const file = join(folder, "model.onnx");
  let error = "";
  await runProgram([...line.split(" "), "-o", file], { out: () => {}, error: (text) => void (error += text) });
  expect(error).toBe("");
  const session = await ort.InferenceSession.create(readFileSync(file), { executionProviders: ["wasm"] });
  const outputs = await session.run(feeds);
  await session.release();
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { dims, data }]) => [name, { shape: [...dims], elements: numbersOf(data) }]),
  );
}

interface Result {
  readonly shape: readonly number[];
  readonly elements: readonly number[];
}

function numbersOf(data: ArrayLike<unknown>): number[] {
  return Array.from(data, Number);
}

/** What an output must be, to five digits after the point. */
function near({ shape, data }: NDArray): Result {
  return { shape: [...shape], elements: numbersOf(data).map((value) => expect.closeTo(value, 5) as number) };
}

const float = (data: readonly number[], shape: readonly number[]): ort.Tensor => new ort.Tensor("float32", data, shape);
const int64 = (data: readonly number[]): ort.Tensor =>
  new ort.Tensor("int64", BigInt64Array.from(data, BigInt), [data.length]);

const scores = [0.5, -1, 2, 0, 3, 1, -2, 0.25, 0.75];
const classes = [2, 0, 1];

describe("reduction", () => {
  const feeds = { targets: float([0, 0, 0], [3]), predictions: float([0.5, 3, -1], [3]) };
  const inputs = [
    [0, 0, 0],
    [0.5, 3, -1],
  ] as const;

  test.each([
    ["none", (loss: Tensor) => loss],
    ["sum", (loss: Tensor) => loss.sum()],
    ["mean", (loss: Tensor) => loss.mean()],
  ] as const)("%s", async (reduction, reduce) => {
    const words = reduction === "none" ? "" : ` --reduction ${reduction}`;
    const outputs = await outputsOf(`export huber -g predictions${words}`, feeds);
    const loss = await compile((targets, predictions) => reduce(huber(targets, predictions)), { engine })(...inputs);
    const total = (targets: Tensor, predictions: Tensor): Tensor => reduce(huber(targets, predictions)).sum();
    const [, slope] = await compile(valueAndGrad(total, { wrt: 1 }), { engine })(...inputs);
    expect(outputs).toEqual({ loss: near(loss), gradient_predictions: near(slope) });
  });

  test("of several results reduces the loss alone", async () => {
    const outputs = await outputsOf("export tripletHard -s batch,3 -r mean --labels int64", {
      embeddings: float(scores, [3, 3]),
      labels: int64([7, 7, 4]),
    });
    const { loss: losses, valid } = tripletHard(ndarray(scores, [3, 3]), [7, 7, 4]);
    const wanted = await evaluate({ loss: losses.mean(), valid }, { engine });
    expect(outputs).toEqual({ loss: near(wanted.loss), valid: near(wanted.valid) });
  });
});

describe("labels", () => {
  test("of int64, with the gradient of the mean", async () => {
    const outputs = await outputsOf(
      "export sparseSoftmaxCrossentropyLogits -s batch,3 --labels int64 -r mean -g logits",
      { labels: int64(classes), logits: float(scores, [3, 3]) },
    );
    const mean = (logits: Tensor): Tensor => sparseSoftmaxCrossentropyLogits(classes, logits).mean();
    const [loss, slope] = await compile(valueAndGrad(mean), { engine })(ndarray(scores, [3, 3]));
    expect(outputs).toEqual({ loss: near(loss), gradient_logits: near(slope) });
  });

  test("of int64, and lengths that are an option", async () => {
    const logits = Array.from({ length: 24 }, (_, index) => ((index * 7) % 11) / 4);
    const outputs = await outputsOf("export ctc -s batch,4,3 -s labels=batch,2 -s logitLengths=batch --labels int64", {
      labels: new ort.Tensor("int64", BigInt64Array.of(1n, 2n, 2n, 1n), [2, 2]),
      logits: float(logits, [2, 4, 3]),
      logitLengths: int64([4, 3]),
    });
    const labels = [
      [1, 2],
      [2, 1],
    ];
    const loss = await evaluate(ctc(labels, ndarray(logits, [2, 4, 3]), { logitLengths: [4, 3] }), { engine });
    expect(outputs).toEqual({ loss: near(loss) });
  });
});

/** Does a call compute with the values that its arguments held, even on runtimes that read them later? */
import { type Tensor, compile, ndarray } from "@symloss/core";
import { prepare, traceGraph } from "@symloss/core/engine";
import { sparseSoftmaxCrossentropyLogits } from "@symloss/losses";
import * as ort from "onnxruntime-web/wasm";
import { expect, test } from "vitest";
import { lateWrites } from "../test/late-writes.ts";
import { onnx } from "./index.ts";

const engine = await onnx();

test("runs read their arguments before they return", async () => expect(await lateWrites(engine)).toEqual([]));

test("also on a runtime that reads nothing at once", async () => {
  const original = Reflect.get(ort.InferenceSession, "create") as (...parameters: unknown[]) => Promise<object>;
  const InferenceSession = {
    async create(...parameters: unknown[]) {
      const session = (await Reflect.apply(original, ort.InferenceSession, parameters)) as ort.InferenceSession;
      const run = async (...feeds: Parameters<ort.InferenceSession["run"]>) => {
        await Promise.resolve();
        return session.run(...feeds);
      };
      return { run, release: () => session.release() };
    },
  };
  const late = await onnx({ ort: { ...ort, InferenceSession } });
  expect(await lateWrites(late)).toEqual([]);
  await late.dispose();
});

test("the largest input alone is not copied, where the runtime reads it at once and nothing waits", async () => {
  const fed: unknown[] = [];
  const Tensor = new Proxy(ort.Tensor, {
    construct(target, parameters: [never, never, never]) {
      fed.push(parameters[1]);
      return new target(...parameters);
    },
  });
  const own = await onnx({ ort: { ...ort, Tensor } });
  const fn = ({ x, y }: { x: Tensor; y: Tensor }): Tensor => x.sum().add(y.sum());
  const graph = traceGraph("test", fn, { x: { shape: [2] }, y: { shape: [1000] } });
  const executable = await own.compile(prepare(graph, own));
  const [small, large] = [Float32Array.of(1, 2), new Float32Array(1000).fill(1)];
  fed.length = 0;
  const running = [1, 2].map(async () => executable.run([small, large]));
  expect((await Promise.all(running)).map(([total]) => total![0])).toEqual([1003, 1003]);
  // By size, for the first run and for the second, which waited.
  expect(fed.map((array) => array === large || array === small)).toEqual([true, false, false, false]);
  await own.dispose();
});

test("labels that were checked are those that are taken, at the first call, the next, and queued", async () => {
  const loss = compile((labels, logits) => sparseSoftmaxCrossentropyLogits(labels, logits), { engine });
  const call = (): Promise<number> => {
    const labels = Int32Array.of(2);
    const logits = ndarray([[1, 2, 3]]);
    const result = loss(labels, logits);
    labels.fill(100);
    logits.data.fill(NaN);
    return result.then((array) => array.item() as number);
  };
  const want = Math.log(1 + Math.exp(-1) + Math.exp(-2));
  for (const results of [[await call()], [await call()], await Promise.all([call(), call(), call()])])
    for (const result of results) expect(result).toBeCloseTo(want, 6);
  await loss.dispose();
});

/** Does engine-wasm compute a loss and its gradient in a page or worker, and may text become code there? */
import { compile, selectEngine, valueAndGrad } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { wasm } from "@symloss/engine-wasm";
import { sparseSoftmaxCrossentropyLogits } from "@symloss/losses";
import type { WasmOutcome } from "../src/messages.ts";

/** Computes on the engine itself, or on the first that works here, as a user's page would. */
export default async function (select: boolean): Promise<WasmOutcome> {
  const engine = select ? (await selectEngine({ wasm, cpu })).engine : await wasm();
  const step = compile(
    valueAndGrad((logits, labels) => sparseSoftmaxCrossentropyLogits(labels, logits).mean()),
    { engine },
  );
  const [loss, gradient] = await step(
    [
      [2, 0, -1],
      [0, 1, 0],
    ],
    [0, 2],
  );
  const outcome = { loss: loss.item(), gradient: [...gradient.data], engine: engine.name, mayEvaluate: mayEvaluate() };
  await engine.dispose();
  return { ...outcome, scope: typeof document === "undefined" ? "worker" : "page" };
}

function mayEvaluate(): boolean {
  try {
    // oxlint-disable-next-line no-eval
    return globalThis.eval("1") === 1;
  } catch {
    return false;
  }
}

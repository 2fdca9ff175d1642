/** What are a loss and its gradient along a line? Computed by an engine, in the page and when the site is built. */
import { type Engine, type Tensor, compile, grad, selectEngine } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { wasm } from "@symloss/engine-wasm";
import { epsilonInsensitive, huber, pinball, sigmoidFocalCrossentropyLogits } from "@symloss/losses";
import type { LiveLossName } from "./live-choice.ts";

type Formula = (predictions: Tensor, option: Tensor) => Tensor;

const formulas: Readonly<Record<LiveLossName, Formula>> = {
  huber: (predictions, delta) => huber(0, predictions, { delta }),
  pinball: (predictions, quantile) => pinball(0, predictions, { quantile }),
  epsilonInsensitive: (predictions, epsilon) => epsilonInsensitive(0, predictions, { epsilon }),
  sigmoidFocalCrossentropyLogits: (logits, gamma) => sigmoidFocalCrossentropyLogits(1, logits, { gamma }),
};

/** The points along the line. */
export const points: Float32Array = Float32Array.from({ length: 241 }, (_, index) => (index - 120) / 40);

/** A loss at every point. */
export interface LiveNumbers {
  readonly values: ArrayLike<number>;
  readonly slopes: ArrayLike<number>;
  /** How long that took, once it was compiled. */
  readonly milliseconds: number;
  readonly engine: string;
}

/** Computes a loss with a value of its option. */
export type LiveLoss = (name: LiveLossName, option: number) => Promise<LiveNumbers>;

type Program = ReturnType<typeof programOf>;

/** Chooses an engine. Each loss is compiled when it is first asked for, and its option is an input of the program. */
export async function openLiveLoss(): Promise<LiveLoss> {
  const { engine } = await selectEngine({ wasm, cpu });
  const programs = new Map<LiveLossName, Program>();
  return async (name, option) => {
    const program = programs.get(name) ?? programOf(name, engine);
    const given = [points, new Float32Array([option])] as const;
    if (!programs.has(name)) {
      programs.set(name, program);
      await program(...given);
    }
    const start = performance.now();
    const [values, slopes] = await program(...given);
    const milliseconds = performance.now() - start;
    return { values: values!.data, slopes: slopes!.data, milliseconds, engine: engine.name };
  };
}

// The type of the program follows from what is compiled.
function programOf(name: LiveLossName, engine: Engine) {
  const formula = formulas[name];
  const both = (predictions: Tensor, option: Tensor): readonly Tensor[] => {
    const sum = (own: Tensor): Tensor => formula(own, option).sum();
    return [formula(predictions, option), grad(sum)(predictions)];
  };
  return compile(both, { engine });
}
